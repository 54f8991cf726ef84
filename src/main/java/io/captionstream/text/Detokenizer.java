package io.captionstream.text;

import java.util.List;
import java.util.Set;

/**
 * Joins the tokens of a caption to a sentence: one space between words, none before punctuation and contractions. The
 * counterpart of a Penn Treebank tokenizer, for vocabularies that keep punctuation or clitics as words.
 */
public final class Detokenizer {
    private static final Set<String> ATTACHED =
            Set.of(".", ",", "!", "?", ":", ";", "%", ")", "]", "'s", "'re", "'ve", "'ll", "'d", "'m", "n't", "'");
    private static final Set<String> OPENING = Set.of("(", "[", "$", "#");
    private static final Set<String> GROWN_TOGETHER = Set.of("gon na", "wan na", "got ta", "gim me", "lem me");

    private Detokenizer() {}

    public static String detokenize(List<String> tokens) {
        StringBuilder text = new StringBuilder();
        String previous = "";
        for (String token : tokens) {
            if (text.length() > 0
                    && !ATTACHED.contains(token)
                    && !OPENING.contains(previous)
                    && !GROWN_TOGETHER.contains(previous + " " + token)) {
                text.append(' ');
            }
            text.append(token);
            previous = token;
        }
        return text.toString();
    }
}
