package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hashing;
import io.captionstream.inference.AsyncCaptioner;
import java.time.Duration;

/**
 * A version of a model on trial beside the one in service.
 *
 * @param percentage share of the images that it captions, from 1 to 100
 * @param captioner the version
 * @param patience how long it may keep an image waiting: a canary from its submission, a shadow from when the versions in
 *     service are done
 */
public record CaptionTrial(TrialMode mode, int percentage, AsyncCaptioner captioner, Duration patience) {
    private static final int BUCKETS = 100;
    /** Sets the shares of trials apart from the splits of datasets, which hash the bare id. */
    private static final String SALT = "trial:";

    public CaptionTrial {
        requireNonNull(mode, "mode is null");
        checkArgument(percentage >= 1 && percentage <= BUCKETS, "percentage must be from 1 to 100: %s", percentage);
        requireNonNull(captioner, "captioner is null");
        checkArgument(!patience.isNegative(), "patience is negative: %s", patience);
    }

    /** Whether an image is one of this trial's share. */
    boolean covers(String imageId) {
        return bucket(imageId) < percentage;
    }

    /**
     * The bucket of an image, from 0 to 99, the same everywhere and for ever: the first eight bytes of the SHA-256 of
     * {@code trial:} and the id, as a little-endian number without its sign, modulo 100.
     */
    public static int bucket(String imageId) {
        long hash = Hashing.sha256().hashString(SALT + imageId, UTF_8).asLong() & Long.MAX_VALUE;
        return (int) (hash % BUCKETS);
    }
}
