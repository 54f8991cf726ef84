package io.captionstream.service;

import io.captionstream.release.Release;
import io.captionstream.release.SwapState;
import io.captionstream.release.SwapStatus;
import java.util.Locale;

/** Puts the state of a slot into words. */
final class SwapDescription {
    private SwapDescription() {}

    /** For example {@code version 2 serves, version 3 waiting after 2 attempts: the store is away}. */
    static String of(SwapStatus status) {
        StringBuilder text = new StringBuilder(
                status.serving() == null
                        ? "none"
                        : "version " + status.serving().version() + " serves");
        Release wanted = status.wanted();
        if (wanted != null && status.state() != SwapState.SERVING) {
            text.append(", version ").append(wanted.version()).append(' ');
            text.append(status.state().name().toLowerCase(Locale.ROOT));
            if (status.failure() != null) {
                text.append(" after ").append(status.attempts()).append(" attempts: ");
                text.append(status.failure());
            }
        }
        return text.toString();
    }
}
