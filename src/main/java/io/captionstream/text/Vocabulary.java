package io.captionstream.text;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The words a model can say, numbered. The first four numbers are the special tokens. Immutable. */
public final class Vocabulary {
    public static final int PAD = 0;
    public static final int START = 1;
    public static final int END = 2;
    public static final int UNKNOWN = 3;

    private static final ImmutableList<String> SPECIALS = ImmutableList.of("<pad>", "<start>", "<end>", "<unk>");

    private final ImmutableList<String> words;
    private final ImmutableMap<String, Integer> ids;

    private Vocabulary(ImmutableList<String> words) {
        ImmutableMap.Builder<String, Integer> builder = ImmutableMap.builder();
        for (int id = 0; id < words.size(); id++) {
            String word = words.get(id);
            checkArgument(
                    !word.isBlank() && word.chars().noneMatch(c -> c == '\n' || c == '\r'),
                    "word %s of the vocabulary is blank or has a line break",
                    id);
            builder.put(word, id);
        }
        this.words = words;
        this.ids = builder.buildOrThrow();
    }

    /**
     * @param words without the special tokens; their order is kept
     * @throws IllegalArgumentException if a word is blank, has a line break, occurs twice or is a special token
     */
    public static Vocabulary of(List<String> words) {
        return new Vocabulary(
                ImmutableList.<String>builder().addAll(SPECIALS).addAll(words).build());
    }

    /**
     * Reads a file of one token per line in UTF-8, the special tokens first.
     *
     * @throws IllegalArgumentException if the special tokens are not the first lines, or a word is blank or occurs twice
     */
    public static Vocabulary read(Path vocabularyTxt) throws IOException {
        List<String> lines = Files.readAllLines(vocabularyTxt, StandardCharsets.UTF_8);
        checkArgument(
                lines.size() >= SPECIALS.size()
                        && lines.subList(0, SPECIALS.size()).equals(SPECIALS),
                "%s does not begin with the lines %s",
                vocabularyTxt,
                SPECIALS);
        return new Vocabulary(ImmutableList.copyOf(lines));
    }

    /**
     * This vocabulary and more words after it, in their order; words that it has already are passed over. All numbers stay
     * what they are.
     *
     * @throws IllegalArgumentException if a word is blank or has a line break
     */
    public Vocabulary with(Collection<String> more) {
        Set<String> all = new LinkedHashSet<>(words);
        all.addAll(more);
        return new Vocabulary(ImmutableList.copyOf(all));
    }

    public void write(Path vocabularyTxt) throws IOException {
        Files.writeString(vocabularyTxt, String.join("\n", words) + "\n");
    }

    /** Number of tokens, the special ones included. */
    public int size() {
        return words.size();
    }

    /** {@link #UNKNOWN} if the vocabulary has no such word. */
    public int id(String word) {
        return ids.getOrDefault(word, UNKNOWN);
    }

    /** @throws IndexOutOfBoundsException if no token has this number */
    public String word(int id) {
        return words.get(checkElementIndex(id, words.size()));
    }

    /** All tokens by number, the special ones included. */
    public List<String> words() {
        return words;
    }
}
