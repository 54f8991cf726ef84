package io.captionstream.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One beam of a search.
 *
 * @param text the caption, detokenised
 * @param logProbability natural log-probability: the sum over the tokens, the end token included
 * @param score {@code logProbability} divided by the length penalty
 * @param complete false when the caption was cut at the maximum length before its end token
 * @param tokens the tokens in order, without the end token
 */
public record Alternative(String text, double logProbability, double score, boolean complete, List<Token> tokens) {
    public Alternative {
        requireNonNull(text, "text is null");
        tokens = List.copyOf(tokens);
    }

    /**
     * One generated token.
     *
     * @param text as in the vocabulary
     * @param logProbability natural log-probability given the image and the tokens before it
     */
    public record Token(String text, float logProbability) {
        public Token {
            requireNonNull(text, "text is null");
        }
    }
}
