package io.captionstream.provision;

import static java.util.Objects.requireNonNull;

/**
 * Something about topics or brokers that is not as the service needs it.
 *
 * @param fatal whether the service cannot keep its promises with it, and so does not start
 * @param message for a person to read
 * @param remedy what to do about it, a command where there is one
 */
public record Shortcoming(Kind kind, boolean fatal, String message, String remedy) {
    /** What can be wrong; the names are those of the findings of {@code doctor}. */
    public enum Kind {
        TOPIC_UNSUITABLE,
        TOPIC_COMPACTED,
        TOPIC_TOO_SMALL,
        TOPIC_RETENTION,
        TOPIC_REPLICAS,
        INTERNAL_TOPIC_PARTITIONS,
        OFFSET_METADATA_TOO_SMALL,
        OFFSETS_EXPIRE,
        REQUESTS_TOO_LARGE
    }

    public Shortcoming {
        requireNonNull(kind, "kind is null");
        requireNonNull(message, "message is null");
        requireNonNull(remedy, "remedy is null");
    }

    /** The service does not start with it. */
    static Shortcoming fatal(Kind kind, String message, String remedy) {
        return new Shortcoming(kind, true, message, remedy);
    }

    /** The service works with it, but not as well or not for long. */
    static Shortcoming warning(Kind kind, String message, String remedy) {
        return new Shortcoming(kind, false, message, remedy);
    }

    @Override
    public String toString() {
        return message + ". " + remedy;
    }
}
