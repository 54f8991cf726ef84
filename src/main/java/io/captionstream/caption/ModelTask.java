package io.captionstream.caption;

import static java.util.Objects.requireNonNull;

import io.captionstream.image.ImageGeometry;
import io.captionstream.image.LoadedImage;
import io.captionstream.image.ResizeMode;
import io.captionstream.inference.AsyncCaptioner;
import io.captionstream.inference.Inference;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InputSpec;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One model's part in captioning one image: by the version in service and, if the image is in its share, the one on
 * trial. Decided once, before the image is loaded: a trial that begins or ends meanwhile is for other images.
 */
final class ModelTask {
    private final String model;
    private final AsyncCaptioner live;
    private final InputSpec input;
    private final @Nullable CaptionTrial trial;
    private final @Nullable InputSpec trialInput;
    private final CaptionListener listener;

    private ModelTask(
            String model,
            AsyncCaptioner live,
            InputSpec input,
            @Nullable CaptionTrial trial,
            @Nullable InputSpec trialInput,
            CaptionListener listener) {
        this.model = model;
        this.live = live;
        this.input = input;
        this.trial = trial;
        this.trialInput = trialInput;
        this.listener = listener;
    }

    /** @throws CompletionException with code CLOSED if the model is closed */
    static ModelTask of(
            String model, AsyncCaptioner live, CaptionTrials trials, String imageId, CaptionListener listener) {
        InputSpec input;
        try {
            input = live.input();
        } catch (IllegalStateException e) {
            throw new CompletionException(new InferenceException(InferenceException.Code.CLOSED, "Model is closed", e));
        }
        CaptionTrial trial =
                trials.of(model).filter(offered -> offered.covers(imageId)).orElse(null);
        InputSpec trialInput = trial == null ? null : inputOf(trial);
        return new ModelTask(model, live, input, trialInput == null ? null : trial, trialInput, listener);
    }

    /** Null if the trial has just ended. */
    private static @Nullable InputSpec inputOf(CaptionTrial trial) {
        try {
            return trial.captioner().input();
        } catch (IllegalStateException e) {
            return null;
        }
    }

    /** What the image is needed as. */
    Stream<ImageGeometry> geometries() {
        return trialInput == null
                ? Stream.of(geometry(input))
                : Stream.of(geometry(input), geometry(trialInput)).distinct();
    }

    private static ImageGeometry geometry(InputSpec input) {
        return new ImageGeometry(input.height(), input.width(), ResizeMode.named(input.resize()));
    }

    /**
     * Submits the image for the caption event: to the canary if there is one, and to the version in service otherwise, or
     * if the canary fails or takes too long.
     */
    CompletableFuture<Inference> submit(
            InFlightImage image, CaptionRequest request, LoadedImage loaded, Executor executor) {
        if (trial == null || trial.mode() != TrialMode.CANARY) {
            return submitLive(image, request, loaded);
        }
        return submitTrial(trial, image, request, loaded)
                .orTimeout(trial.patience().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((inference, failure) -> tell(outcome(failure)))
                // Not on the thread that feeds the trial.
                .exceptionallyComposeAsync(failure -> submitLive(image, request, loaded), executor);
    }

    private CompletableFuture<Inference> submitLive(InFlightImage image, CaptionRequest request, LoadedImage loaded) {
        CompletableFuture<Inference> inference =
                live.submit(loaded.pixels().get(geometry(input)), input, request.options(), request.seed());
        image.trace().submitted(model, false, inference);
        return image.track(inference);
    }

    /** Submits the image for the shadow's event; null if no shadow has a part in it. */
    @Nullable
    CompletableFuture<Inference> submitShadow(InFlightImage image, CaptionRequest request, LoadedImage loaded) {
        return trial == null || trial.mode() != TrialMode.SHADOW ? null : submitTrial(trial, image, request, loaded);
    }

    private CompletableFuture<Inference> submitTrial(
            CaptionTrial version, InFlightImage image, CaptionRequest request, LoadedImage loaded) {
        InputSpec wanted = requireNonNull(trialInput, "trial without an input");
        byte[] pixels = loaded.pixels().get(geometry(wanted));
        try {
            CompletableFuture<Inference> inference =
                    version.captioner().submit(pixels, wanted, request.options(), request.seed());
            image.trace().submitted(model, true, inference);
            return image.track(inference);
        } catch (RuntimeException e) {
            // Whatever a trial does is no failure of the image.
            return CompletableFuture.failedFuture(e);
        }
    }

    /** How long the shadow may keep the captions of the versions in service waiting, in milliseconds. */
    long shadowPatienceMillis() {
        return trial == null ? 0 : trial.patience().toMillis();
    }

    /** Tells what came of the trial's part. */
    void tell(TrialOutcome outcome) {
        if (trial != null) {
            listener.tried(model, trial.mode(), outcome);
        }
    }

    private static TrialOutcome outcome(@Nullable Throwable failure) {
        if (failure == null) {
            return TrialOutcome.CAPTIONED;
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof TimeoutException ? TrialOutcome.LATE : TrialOutcome.FAILED;
    }
}
