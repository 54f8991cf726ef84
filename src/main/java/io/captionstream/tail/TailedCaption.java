package io.captionstream.tail;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.CaptionEvent;
import java.time.Instant;
import org.apache.kafka.common.TopicPartition;

/**
 * A caption event and where it is.
 *
 * @param at when it was written
 */
public record TailedCaption(TopicPartition partition, long offset, Instant at, CaptionEvent event) {
    public TailedCaption {
        requireNonNull(partition, "partition is null");
        requireNonNull(at, "at is null");
        requireNonNull(event, "event is null");
    }
}
