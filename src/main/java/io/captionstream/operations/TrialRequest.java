package io.captionstream.operations;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.release.Releases;

/**
 * How to try a version beside the one in service.
 *
 * @param mode {@value Releases#SHADOW} or {@value Releases#CANARY}
 * @param percentage share of the images, from 1 to 100
 * @param automatic whether labels that come in promote or end it
 */
public record TrialRequest(String mode, int percentage, boolean automatic) {
    public TrialRequest {
        checkArgument(
                mode.equals(Releases.SHADOW) || mode.equals(Releases.CANARY),
                "the mode of a trial must be %s or %s: %s",
                Releases.SHADOW,
                Releases.CANARY,
                mode);
        checkArgument(
                percentage >= 1 && percentage <= 100,
                "the percentage of a trial must be between 1 and 100: %s",
                percentage);
    }
}
