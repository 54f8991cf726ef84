package io.captionstream.operations;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A version to be made from a part of the log of labelled pairs.
 *
 * @param name tells replays apart; that of one that was stopped goes on with it
 * @param model name of the model
 * @param parent version to start from, or the beginning of its digest; null is the one in service
 * @param from {@code earliest}, {@code latest}, a time, or offsets by partition
 * @param to likewise; exclusive
 * @param fromScratch whether to start from nothing, with the sizes of the parent's network
 * @param version of the bundle; null names it by the time
 */
public record LabelReplayRequest(
        String name,
        String model,
        @Nullable String parent,
        String from,
        String to,
        boolean fromScratch,
        @Nullable String version) {
    public LabelReplayRequest {
        checkArgument(
                name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,100}"),
                "the name of a replay has up to 101 letters, digits, dots, dashes and underscores: %s",
                name);
        requireNonNull(model, "model is null");
        requireNonNull(from, "from is null");
        requireNonNull(to, "to is null");
    }
}
