package io.captionstream.finetune;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import io.captionstream.training.CaptionedImage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Chooses images by a hash of their ids: at random as to what they show, always the same ones, in whatever order they are
 * given. Who is chosen out of many is chosen out of fewer, too.
 */
final class HashOrder {
    private HashOrder() {}

    /**
     * As many of the images as wanted or there are.
     *
     * @param salt other salts make other choices
     * @return in the order of their ids
     */
    static List<CaptionedImage> choose(List<CaptionedImage> images, int count, String salt) {
        return images.stream()
                .map(image -> new Hashed(image, Hashing.sha256().hashString(salt + " " + image.id(), UTF_8)))
                .sorted(Comparator.comparing((Hashed hashed) -> hashed.hash.asBytes(), Arrays::compare))
                .limit(count)
                .map(Hashed::image)
                .sorted(Comparator.comparing(CaptionedImage::id))
                .toList();
    }

    private record Hashed(CaptionedImage image, HashCode hash) {}
}
