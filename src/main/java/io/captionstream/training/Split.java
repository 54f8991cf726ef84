package io.captionstream.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.util.Arrays;
import java.util.Locale;

/**
 * What an image is used for. Unless its dataset says, a hash of its id alone decides, so that an image keeps its split
 * for ever, whatever else is in the dataset.
 */
public enum Split {
    /** 92% of the images: the weights are fitted to them. */
    TRAIN,
    /** 4%: judged after every epoch. */
    VALIDATION,
    /** 4%: judged once, when training is over. */
    TEST;

    private static final int BUCKETS = 100;
    private static final int VALIDATION_BUCKETS = 4;
    private static final int TEST_BUCKETS = 4;

    /**
     * The split with this name, in lower case.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Split named(String name) {
        return Arrays.stream(values())
                .filter(split -> split.label().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "'split' must be train, validation or test: '%s'".formatted(name)));
    }

    /** The name in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The split of the image with this id. */
    public static Split of(String imageId) {
        // The lowest 63 bits of SHA-256 rather than a faster hash: every tool and language can compute them.
        long hash = Hashing.sha256().hashString(imageId, UTF_8).asLong() & Long.MAX_VALUE;
        int bucket = (int) (hash % BUCKETS);
        if (bucket < VALIDATION_BUCKETS) {
            return VALIDATION;
        }
        return bucket < VALIDATION_BUCKETS + TEST_BUCKETS ? TEST : TRAIN;
    }
}
