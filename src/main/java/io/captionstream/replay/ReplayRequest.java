package io.captionstream.replay;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What to caption again.
 *
 * @param name tells replays apart; that of one that was stopped goes on with it
 * @param model name of the model
 * @param version its version, or the beginning of its digest; null is the one in service
 * @param from {@code earliest}, {@code latest}, a time, or offsets by partition
 * @param to likewise; exclusive
 * @param target topic of the captions; dead letters go to the topic of this name with {@code .dlq} appended. Both are
 *     created if they are not there
 */
public record ReplayRequest(
        String name, String model, @Nullable String version, String from, String to, String target) {
    public ReplayRequest {
        ReplayPlan.checkName(name);
        requireNonNull(model, "model is null");
        requireNonNull(target, "target is null");
        LogBound.parse(from);
        LogBound.parse(to);
    }

    String deadLetters() {
        return target + ".dlq";
    }

    /**
     * Makes sure that a replay of this name that was begun is this one.
     *
     * @throws IllegalArgumentException if it is not
     */
    public void requireSame(ReplayPlan begun) {
        boolean sameVersion = version == null
                || version.equals(begun.version())
                || begun.digest().startsWith(version);
        if (!model.equals(begun.model())
                || !sameVersion
                || !from.equals(begun.from())
                || !to.equals(begun.to())
                || !target.equals(begun.target())) {
            throw new IllegalArgumentException(
                    "The replay %s is not done: %s version %s, %s to %s, into %s. Go on with it, discard it, or take another name"
                            .formatted(name, begun.model(), begun.version(), begun.from(), begun.to(), begun.target()));
        }
    }
}
