package io.captionstream.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;

/**
 * What an image is used for. Decided by a hash of its id alone, so that an image keeps its split for ever, whatever else
 * is in the dataset.
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
