package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

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
 * @param settleTime how long the record of an image stays in the in-flight store after its outcome was handed to the
 *     producer. Zero under {@code exactly_once_v2}, where one transaction holds both. Under {@code at_least_once} the
 *     outcome must have been acknowledged before the record may go, or a crash between the two loses it: no shorter than
 *     the producer's {@code delivery.timeout.ms}
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
        Duration settleTime,
        @Nullable URI source) {
    /** What headers, keys and the in-flight store add to a value, at most. */
    public static final int RECORD_OVERHEAD_BYTES = 64 << 10;

    public CaptionConfig {
        requireNonNull(topics, "topics is null");
        requireNonNull(ordering, "ordering is null");
        requireNonNull(limits, "limits is null");
        checkArgument(punctuationInterval.toMillis() > 0, "punctuationInterval must be positive");
        requireNonNull(retry, "retry is null");
        requireNonNull(decoding, "decoding is null");
        checkArgument(maxRecordBytes > 0, "maxRecordBytes must be positive: %s", maxRecordBytes);
        checkArgument(!settleTime.isNegative(), "settleTime must not be negative: %s", settleTime);
    }

    /** Caption events without the headers of CloudEvents. */
    public CaptionConfig(
            Topics topics,
            Ordering ordering,
            InFlightLimits limits,
            Duration punctuationInterval,
            RetryBackoff retry,
            DecodingPolicy decoding,
            int maxRecordBytes,
            Duration settleTime) {
        this(topics, ordering, limits, punctuationInterval, retry, decoding, maxRecordBytes, settleTime, null);
    }

    /** Order per key, results at most 20 ms late, records of up to 32 MiB, exactly once. */
    public static CaptionConfig defaults() {
        return new CaptionConfig(
                Topics.defaults(),
                Ordering.KEY,
                InFlightLimits.defaults(),
                Duration.ofMillis(20),
                RetryBackoff.defaults(),
                DecodingPolicy.defaultPolicy(),
                32 << 20,
                Duration.ZERO);
    }

    /** The same but for the topics. */
    public CaptionConfig withTopics(Topics others) {
        return new CaptionConfig(
                others, ordering, limits, punctuationInterval, retry, decoding, maxRecordBytes, settleTime, source);
    }

    /** The same, with the headers of CloudEvents of this source. */
    public CaptionConfig withCloudEvents(URI from) {
        return new CaptionConfig(
                topics, ordering, limits, punctuationInterval, retry, decoding, maxRecordBytes, settleTime, from);
    }

    /**
     * Checks that waiting for room can neither cost the consumer its membership nor the producer its transaction.
     *
     * @param maxPollInterval the consumer's {@code max.poll.interval.ms}
     * @param transactionTimeout the producer's {@code transaction.timeout.ms}
     * @throws IllegalArgumentException if it can
     */
    public void checkWaits(Duration maxPollInterval, Duration transactionTimeout) {
        Duration wait = limits.maxWait();
        checkArgument(
                wait.multipliedBy(4).compareTo(maxPollInterval) <= 0,
                "waiting %s for room is too long for a max.poll.interval.ms of %s",
                wait,
                maxPollInterval);
        checkArgument(
                wait.multipliedBy(4).compareTo(transactionTimeout) <= 0,
                "waiting %s for room is too long for a transaction.timeout.ms of %s",
                wait,
                transactionTimeout);
    }
}
