package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * What is known of a graph that was made elsewhere. It can be served, but neither trained nor taken apart.
 *
 * @param imageSize side of the square input in pixels
 * @param vocabularySize number of tokens, the four special ones included
 */
public record ForeignGraph(int imageSize, int vocabularySize) {
    public ForeignGraph {
        checkArgument(imageSize > 0 && imageSize <= 4096, "imageSize must be between 1 and 4096: %s", imageSize);
        checkArgument(vocabularySize > 4, "vocabularySize must exceed the 4 special tokens: %s", vocabularySize);
    }
}
