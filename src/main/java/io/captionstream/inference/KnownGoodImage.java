package io.captionstream.inference;

import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InputSpec;
import io.captionstream.model.ModelIdentity;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An image that a version is known to caption: if it fails on this one, it fails on all. It is a generated one, tried
 * once the version has captioned its first image. Should the version fail on it even then, that first image is kept and
 * takes its place. Not safe for use by many threads.
 */
final class KnownGoodImage {
    private static final int RED_STEP = 7;
    private static final int GREEN_STEP = 13;
    private static final int BLUE_STEP = 29;

    private final BatcherConfig config;
    private final InputBuffer buffer;
    private @Nullable ModelIdentity version;
    private @Nullable PendingImage image;

    KnownGoodImage(BatcherConfig config, InputBuffer buffer) {
        this.config = config;
        this.buffer = buffer;
    }

    /** Whether the version has captioned any image. */
    boolean isKnownOf(Captioner captioner) {
        return image != null && captioner.identity().equals(version);
    }

    /** Notes that the version has just captioned this image. */
    void captioned(Captioner captioner, PendingImage captioned) {
        if (!isKnownOf(captioner) && check(captioner) != null) {
            learn(captioner, withoutFuture(captioned));
        }
    }

    /** Captions the known-good image, alone, and returns null or why that failed. */
    @Nullable
    InferenceException check(Captioner captioner) {
        PendingImage known = image;
        PendingImage tried = known != null && isKnownOf(captioner)
                ? known
                : generated(captioner.input(), config.breaker().decoding());
        try {
            ModelRun.of(List.of(tried), captioner.input().bytes(), config.paddedSize(1), buffer)
                    .results(captioner);
        } catch (InferenceException | RuntimeException | Error e) {
            return ModelRun.failure(e);
        }
        learn(captioner, tried);
        return null;
    }

    private void learn(Captioner captioner, PendingImage good) {
        version = captioner.identity();
        image = good;
    }

    /** The future has the image's caption and all who waited for it. */
    private static PendingImage withoutFuture(PendingImage image) {
        return new PendingImage(
                image.number(),
                image.submittedNanos(),
                image.pixels(),
                image.input(),
                image.options(),
                image.seed(),
                new CompletableFuture<>());
    }

    private static PendingImage generated(InputSpec input, DecodingOptions decoding) {
        return new PendingImage(-1, 0, pixels(input), input, decoding, 0, new CompletableFuture<>());
    }

    /** Colours that change from pixel to pixel: an image of one colour could go well where others do not. */
    static byte[] pixels(InputSpec input) {
        byte[] pixels = new byte[input.bytes()];
        for (int i = 0; i + 2 < pixels.length; i += 3) {
            int pixel = i / 3 + 1;
            pixels[i] = (byte) (pixel * RED_STEP);
            pixels[i + 1] = (byte) (pixel * GREEN_STEP);
            pixels[i + 2] = (byte) (pixel * BLUE_STEP);
        }
        return pixels;
    }
}
