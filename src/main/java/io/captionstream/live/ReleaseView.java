package io.captionstream.live;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.Trial;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A release as a page shows it.
 *
 * @param version in service
 * @param trial version on trial; null if there is none
 * @param reason as the release says; blank if nobody said
 */
public record ReleaseView(
        String model, String version, @Nullable String trial, Instant at, String reason) {
    static ReleaseView of(ModelRelease release) {
        Trial trial = release.getTrial();
        return new ReleaseView(
                release.getModel(),
                release.getVersion(),
                trial == null ? null : trial.getVersion(),
                release.getReleasedAt(),
                release.getReason());
    }
}
