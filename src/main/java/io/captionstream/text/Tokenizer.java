package io.captionstream.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits captions into words as the captioning community does: lower case, tokens of the Penn Treebank ({@code it's}
 * becomes {@code it} and {@code 's}, {@code don't} becomes {@code do} and {@code n't}), punctuation dropped. It follows
 * the wrapper of coco-caption around Stanford's PTBTokenizer for what captions hold; it does not aim at its treatment of
 * quotations, currency and URLs.
 */
public final class Tokenizer {
    /** A number with inner separators, a word with inner hyphens, or its clitic. */
    private static final Pattern TOKEN = Pattern.compile(
            "\\p{N}+(?:[.,:/]\\p{N}+)*(?:\\p{L}[\\p{L}\\p{M}\\p{N}]*)?|[\\p{L}\\p{M}][\\p{L}\\p{M}\\p{N}]*?(?=n't(?![\\p{L}]))|n't(?![\\p{L}])"
                    + "|[\\p{L}\\p{M}][\\p{L}\\p{M}\\p{N}]*(?:-[\\p{L}\\p{M}\\p{N}]+)*|'(?:s|re|ve|ll|d|m)(?![\\p{L}])|&");

    private static final Set<String> DROPPED = Set.of("&");

    private Tokenizer() {}

    /** The words of a caption in order; empty if it has none. */
    public static List<String> tokenize(String caption) {
        String normalized = caption.toLowerCase(Locale.ROOT).replace('\u2019', '\'');
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(normalized);
        while (matcher.find()) {
            if (!DROPPED.contains(matcher.group())) {
                tokens.add(matcher.group());
            }
        }
        return List.copyOf(tokens);
    }
}
