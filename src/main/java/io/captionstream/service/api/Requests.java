package io.captionstream.service.api;

import static com.google.common.base.Preconditions.checkArgument;

import org.jspecify.annotations.Nullable;

/** Bodies of requests. */
final class Requests {
    private Requests() {}

    /**
     * A change of a release.
     *
     * @param reason for people; goes into the release
     */
    public record Promotion(@Nullable String reason) {}

    /**
     * A step back.
     *
     * @param version one that was in service, or the beginning of its digest; null is the one before
     * @param reason for people; goes into the release
     */
    public record Rollback(
            @Nullable String version, @Nullable String reason) {}

    /**
     * A trial.
     *
     * @param version or the beginning of its digest
     * @param mode {@code shadow} or {@code canary}
     * @param percentage of the images, from 1 to 100; all if not given, which a canary must
     * @param automatic whether labels that come in promote or end it; so if not given
     * @param reason for people; goes into the release
     */
    public record TrialStart(
            @Nullable String version,
            @Nullable String mode,
            @Nullable Integer percentage,
            @Nullable Boolean automatic,
            @Nullable String reason) {}

    /**
     * A training run.
     *
     * @param requestedBy who asks
     */
    public record Training(@Nullable String requestedBy) {}

    /**
     * Images to caption again.
     *
     * @param name tells replays apart; the topic's name if not given
     * @param model name of the model
     * @param version its version, or the beginning of its digest; the one in service if not given
     * @param from {@code earliest}, a time or offsets by partition
     * @param to likewise, exclusive; {@code latest} if not given
     * @param toTopic where the captions go
     */
    public record ImageReplayStart(
            @Nullable String name,
            @Nullable String model,
            @Nullable String version,
            @Nullable String from,
            @Nullable String to,
            @Nullable String toTopic) {}

    /**
     * Labelled pairs to make a version from.
     *
     * @param name tells replays apart; {@code replay-} and the model's name if not given
     * @param model name of the model
     * @param parent version to start from, or the beginning of its digest; the one in service if not given
     * @param from {@code earliest}, a time or offsets by partition
     * @param to likewise, exclusive; {@code latest} if not given
     * @param fromScratch whether to start from nothing, with the sizes of the parent's network
     * @param version of the bundle; named by the time if not given
     */
    public record LabelReplayStart(
            @Nullable String name,
            @Nullable String model,
            @Nullable String parent,
            @Nullable String from,
            @Nullable String to,
            @Nullable Boolean fromScratch,
            @Nullable String version) {}

    /**
     * An image that is elsewhere.
     *
     * @param uri an http, https, s3, file or data URI
     */
    public record Reference(@Nullable String uri) {}

    static String required(String name, @Nullable String value) {
        checkArgument(value != null && !value.isBlank(), "%s is missing", name);
        return value;
    }

    static String reason(@Nullable String given, String otherwise) {
        return given == null ? otherwise + " over HTTP" : given;
    }
}
