package io.captionstream.caption;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Whether a topic takes a record, asked before the record is handed to a producer: inside a transaction a record that is
 * refused takes all others with it.
 */
@FunctionalInterface
public interface RecordLimits {
    /** Of topics that take everything, for tests and for whoever has no broker. */
    RecordLimits NONE = (topic, key, value, headers) -> Verdict.FITS;

    /**
     * Whether a record fits as things stand. Safe for use by several threads, and does not block.
     *
     * @param key null for none
     * @param value null for none
     */
    Verdict check(String topic, byte @Nullable [] key, byte @Nullable [] value, Headers headers);

    /** What keeps a record out of a topic. */
    enum Obstacle {
        NONE,
        /** It is larger than producer or topic take. */
        TOO_LARGE,
        /** It has no key, and the topic is compacted. */
        REQUIRES_KEY
    }

    /**
     * An answer.
     *
     * @param size of the record in bytes as it counts against the limit, an upper bound; 0 unless it is too large
     * @param limit in bytes; 0 unless the record is too large
     */
    record Verdict(Obstacle obstacle, long size, long limit) {
        public static final Verdict FITS = new Verdict(Obstacle.NONE, 0, 0);
        static final Verdict REQUIRES_KEY = new Verdict(Obstacle.REQUIRES_KEY, 0, 0);

        static Verdict tooLarge(long size, long limit) {
            return new Verdict(Obstacle.TOO_LARGE, size, limit);
        }

        public boolean fits() {
            return obstacle == Obstacle.NONE;
        }
    }
}
