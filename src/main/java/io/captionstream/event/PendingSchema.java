package io.captionstream.event;

import com.google.common.base.Ticker;
import io.captionstream.event.RegistryUnavailableException.Reason;
import io.captionstream.event.SchemaAnswer.Foreign;
import io.captionstream.event.SchemaAnswer.Found;
import io.captionstream.event.SchemaAnswer.Refused;
import io.captionstream.event.SchemaAnswer.Silent;
import io.captionstream.event.SchemaAnswer.Unknown;
import io.captionstream.event.UndecodableEventException.Kind;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A schema id that the registry has given no schema for yet.
 *
 * <pre>
 *             unknown id    ┌───────────┐  unknown-id timeout
 *          ┌───────────────▶│  unknown  │──────────────────────▶ UNKNOWN_SCHEMA
 *          │                └───────────┘
 *  ┌───────┴─┐  refused     ┌───────────┐  answer timeout
 *  │  asked  │─────────────▶│  refused  │──────────────────────▶ UNANSWERED_SCHEMA
 *  └───────┬─┘              └───────────┘
 *          │ foreign format
 *          └──────────────────────────────────────────────────▶ WRONG_SCHEMA
 * </pre>
 *
 * From everywhere a schema that is given ends it, and an outage of the registry leads back to the beginning: time counts
 * only while the registry answers others. What came of it holds for a while, so that many values with the id are one
 * request.
 */
final class PendingSchema {
    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LOST_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long FOREIGN_NANOS = Duration.ofHours(1).toNanos();

    private final int id;
    private final SchemaLookup lookup;
    private final RegistryProbe probe;
    private final RegistryPatience patience;
    private final Ticker ticker;

    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Verdict verdict;
    private @Nullable Long unknownSince;
    private @Nullable Long refusedSince;

    PendingSchema(int id, SchemaLookup lookup, RegistryProbe probe, RegistryPatience patience, Ticker ticker) {
        this.id = id;
        this.lookup = lookup;
        this.probe = probe;
        this.patience = patience;
        this.ticker = ticker;
    }

    /**
     * The schema, from the registry.
     *
     * @throws UndecodableEventException if there is none, or none of Avro's
     * @throws RegistryUnavailableException if there is none now
     */
    Schema get() throws UndecodableEventException {
        Verdict before = verdict;
        if (before != null && isValid(before)) {
            return before.give();
        }
        if (before == null) {
            asking.lock();
        } else if (!asking.tryLock()) {
            // Somebody asks; who does not need to wait for a slow registry goes by what it said before.
            return before.give();
        }
        try {
            Verdict current = verdict;
            if (current == null || !isValid(current)) {
                current = decide(lookup.ask(id));
                verdict = current;
            }
            return current.give();
        } finally {
            asking.unlock();
        }
    }

    private boolean isValid(Verdict given) {
        return ticker.read() - given.untilNanos() < 0;
    }

    private Verdict decide(SchemaAnswer answer) {
        if (answer instanceof Found found) {
            probe.gave(id);
            return Verdict.found(found.schema(), after(FOREIGN_NANOS));
        }
        if (answer instanceof Foreign foreign) {
            return Verdict.lost(
                    Kind.WRONG_SCHEMA,
                    "Schema %d is %s, not Avro".formatted(id, foreign.format()),
                    null,
                    after(FOREIGN_NANOS));
        }
        if (answer instanceof Unknown unknown) {
            return unknown(unknown);
        }
        if (answer instanceof Refused refused) {
            return refused(refused);
        }
        Silent silent = (Silent) answer;
        return outage("Schema registry cannot be reached: " + SchemaLookup.words(silent.cause()), silent.cause());
    }

    private Verdict unknown(Unknown answer) {
        long now = ticker.read();
        unknownSince = unknownSince == null ? now : unknownSince;
        Duration waited = Duration.ofNanos(now - unknownSince);
        if (waited.compareTo(patience.unknownIdTimeout()) < 0) {
            return Verdict.waiting(
                    Reason.UNKNOWN_ID,
                    "Schema registry does not know schema %d, or not yet".formatted(id),
                    answer.cause(),
                    after(RETRY_NANOS));
        }
        return Verdict.lost(
                Kind.UNKNOWN_SCHEMA,
                "No schema has the id %d%s"
                        .formatted(id, waited.isZero() ? "" : ", for " + seconds(waited) + " by now"),
                answer.cause(),
                after(LOST_NANOS));
    }

    private Verdict refused(Refused answer) {
        boolean last = refusedSince != null && isOver(refusedSince)
                || patience.answerTimeout().isZero();
        if (!(last ? probe.answersNow() : probe.answers())) {
            return outage("Schema registry answers nothing: " + answer.words(), answer.cause());
        }
        refusedSince = refusedSince == null ? ticker.read() : refusedSince;
        if (!isOver(refusedSince)) {
            return Verdict.waiting(
                    Reason.REFUSED,
                    "Schema registry does not give schema %d, but answers other requests: %s"
                            .formatted(id, answer.words()),
                    answer.cause(),
                    after(RETRY_NANOS));
        }
        // Once more, as an outage may have ended between the two.
        SchemaAnswer again = lookup.ask(id);
        if (!(again instanceof Refused confirmed)) {
            return decide(again);
        }
        Duration waited = Duration.ofNanos(ticker.read() - refusedSince);
        return Verdict.lost(
                Kind.UNANSWERED_SCHEMA,
                "Schema registry does not give schema %d%s, but answers other requests: %s"
                        .formatted(
                                id, waited.isZero() ? "" : ", for " + seconds(waited) + " by now", confirmed.words()),
                confirmed.cause(),
                after(LOST_NANOS));
    }

    private Verdict outage(String message, @Nullable Exception cause) {
        unknownSince = null;
        refusedSince = null;
        return Verdict.waiting(Reason.OUTAGE, message, cause, after(RETRY_NANOS));
    }

    private boolean isOver(long since) {
        return ticker.read() - since >= patience.answerTimeout().toNanos();
    }

    private long after(long nanos) {
        return ticker.read() + nanos;
    }

    private static String seconds(Duration time) {
        return time.toSeconds() + " s";
    }

    /** What came of asking: a schema, no schema, or none yet. */
    private record Verdict(
            @Nullable Schema schema,
            @Nullable Kind lost,
            Reason waiting,
            String message,
            @Nullable Exception cause,
            long untilNanos) {
        static Verdict found(Schema schema, long until) {
            return new Verdict(schema, null, Reason.OUTAGE, "", null, until);
        }

        static Verdict lost(Kind kind, String message, @Nullable Exception cause, long until) {
            return new Verdict(null, kind, Reason.OUTAGE, message, cause, until);
        }

        static Verdict waiting(Reason reason, String message, @Nullable Exception cause, long until) {
            return new Verdict(null, null, reason, message, cause, until);
        }

        Schema give() throws UndecodableEventException {
            if (schema != null) {
                return schema;
            }
            if (lost != null) {
                throw new UndecodableEventException(lost, message, cause);
            }
            throw new RegistryUnavailableException(waiting, message, cause);
        }
    }
}
