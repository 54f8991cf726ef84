package io.captionstream.event;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How long a schema id may go without a schema, from the first time it was asked for, before values with it are
 * undecodable. An outage of the registry is waited for without a limit and does not count.
 *
 * @param answerTimeout while the registry refuses this id and answers other requests
 * @param unknownIdTimeout while the registry does not know this id: a replica may lag behind the one it was registered at
 */
public record RegistryPatience(Duration answerTimeout, Duration unknownIdTimeout) {
    /** For who asks once and wants to know now. */
    public static final RegistryPatience NONE = new RegistryPatience(Duration.ZERO, Duration.ZERO);

    public RegistryPatience {
        checkArgument(!answerTimeout.isNegative(), "answerTimeout is negative: %s", answerTimeout);
        checkArgument(!unknownIdTimeout.isNegative(), "unknownIdTimeout is negative: %s", unknownIdTimeout);
    }

    /** The longer of the two. */
    Duration longest() {
        return answerTimeout.compareTo(unknownIdTimeout) > 0 ? answerTimeout : unknownIdTimeout;
    }
}
