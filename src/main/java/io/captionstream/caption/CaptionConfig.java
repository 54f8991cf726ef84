package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How image events become caption events.
 *
 * @param topics where events are read from and written to
 * @param ordering the order in which outcomes leave
 * @param limits how much is in flight at a time
 * @param punctuationInterval how often finished work leaves when no new records arrive
 * @param retry pauses while the schema registry does not answer
 * @param decoding decoding options and their limits
 * @param maxRecordBytes largest value that is kept or written. The producer's {@code max.request.size} must exceed it by
 *     {@link #RECORD_OVERHEAD_BYTES}, and so must {@code max.message.bytes} of the dead letters
 * @param source of caption events as CloudEvents; null if they are not to have the headers of such
 */
public record CaptionConfig(
        Topics topics,
        Ordering ordering,
        InFlightLimits limits,
        Duration punctuationInterval,
        RetryBackoff retry,
        DecodingPolicy decoding,
        int maxRecordBytes,
        @Nullable URI source) {
    /** What keys and headers may add to a value. */
    public static final int RECORD_OVERHEAD_BYTES = RecordSizes.OVERHEAD_BYTES;

    public CaptionConfig {
        requireNonNull(topics, "topics is null");
        requireNonNull(ordering, "ordering is null");
        requireNonNull(limits, "limits is null");
        checkArgument(punctuationInterval.toMillis() > 0, "punctuationInterval must be positive");
        requireNonNull(retry, "retry is null");
        requireNonNull(decoding, "decoding is null");
        checkArgument(maxRecordBytes > 0, "maxRecordBytes must be positive: %s", maxRecordBytes);
    }

    /** Caption events without the headers of CloudEvents. */
    public CaptionConfig(
            Topics topics,
            Ordering ordering,
            InFlightLimits limits,
            Duration punctuationInterval,
            RetryBackoff retry,
            DecodingPolicy decoding,
            int maxRecordBytes) {
        this(topics, ordering, limits, punctuationInterval, retry, decoding, maxRecordBytes, null);
    }

    /** Order per key, results at most 20 ms late, records of up to 32 MiB. */
    public static CaptionConfig defaults() {
        return new CaptionConfig(
                Topics.defaults(),
                Ordering.KEY,
                InFlightLimits.defaults(),
                Duration.ofMillis(20),
                RetryBackoff.defaults(),
                DecodingPolicy.defaultPolicy(),
                32 << 20);
    }

    /** The same but for the topics. */
    public CaptionConfig withTopics(Topics others) {
        return new CaptionConfig(
                others, ordering, limits, punctuationInterval, retry, decoding, maxRecordBytes, source);
    }

    /** The same, with the headers of CloudEvents of this source. */
    public CaptionConfig withCloudEvents(URI from) {
        return new CaptionConfig(topics, ordering, limits, punctuationInterval, retry, decoding, maxRecordBytes, from);
    }
}
