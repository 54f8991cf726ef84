package io.captionstream.caption;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.util.Set;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes that the broker has refused though they should have fit: what a topic takes can change between the check and
 * the write. The transaction is lost then and the event begins anew; the next time its outcome is made in the form after
 * the one that was refused, and the last form is one that every topic takes.
 *
 * <p>Shared by all threads of the process.
 */
final class Refusals {
    private static final int MAX_REMEMBERED = 10_000;
    private static final Set<Class<? extends Exception>> OF_THE_RECORD = Set.of(
            RecordTooLargeException.class,
            RecordBatchTooLargeException.class,
            InvalidRecordException.class,
            InvalidTimestampException.class,
            CorruptRecordException.class,
            SerializationException.class);

    private final Cache<Place, OutcomeForm> refused =
            CacheBuilder.newBuilder().maximumSize(MAX_REMEMBERED).build();
    private final ThreadLocal<@Nullable Attempt> attempt = new ThreadLocal<>();

    private record Place(TopicPartition partition, long offset) {}

    private record Attempt(Place place, OutcomeForm form) {}

    /** Runs what forwards an outcome in a form. */
    void forwarding(TopicPartition partition, long offset, OutcomeForm form, Runnable forward) {
        attempt.set(new Attempt(new Place(partition, offset), form));
        try {
            forward.run();
        } finally {
            attempt.remove();
        }
    }

    /** The callback, told beside it. */
    Callback watching(Callback callback) {
        Attempt forwarded = attempt.get();
        if (forwarded == null) {
            return callback;
        }
        return (metadata, failure) -> {
            if (failure != null && isOfTheRecord(failure)) {
                refused.asMap().merge(forwarded.place(), forwarded.form(), (a, b) -> a.compareTo(b) >= 0 ? a : b);
            }
            callback.onCompletion(metadata, failure);
        };
    }

    private static boolean isOfTheRecord(Exception failure) {
        return OF_THE_RECORD.stream().anyMatch(kind -> kind.isInstance(failure));
    }

    /** The first form that the outcome of an event may have. */
    OutcomeForm firstForm(TopicPartition partition, long offset) {
        OutcomeForm last = refused.getIfPresent(new Place(partition, offset));
        return last == null ? OutcomeForm.CAPTION : last.next();
    }
}
