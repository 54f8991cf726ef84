package io.captionstream.image;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How the sources of images are at one moment.
 *
 * @param sources those that have work or had it lately
 * @param openBreakers those of them that are not asked for a while, or by one image only, because they did not answer
 * @param outage what {@link ImageLoader#outage} says
 */
public record SourceHealth(int sources, int openBreakers, Optional<String> outage) {
    public SourceHealth {
        requireNonNull(outage, "outage is null");
    }
}
