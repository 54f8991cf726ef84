package io.captionstream.caption;

import com.google.common.collect.ImmutableMap;
import io.captionstream.caption.Outcome.Captioned;
import io.captionstream.caption.Outcome.Postponed;
import io.captionstream.caption.Outcome.Rejected;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.EventCodec;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.image.ImageException;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.LoadedImage;
import io.captionstream.inference.AsyncCaptioner;
import io.captionstream.inference.Inference;
import io.captionstream.inference.StaleInputException;
import io.captionstream.model.InferenceException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way of one image event from its bytes to its outcome: decode the event, load the image once, caption it with every
 * model asked for, encode the caption event. Nothing of it runs on the caller's thread, and whatever goes wrong is an
 * outcome. Shared by all tasks.
 */
final class CaptionPipeline {
    private static final Logger log = Logger.getLogger(CaptionPipeline.class);
    private static final int MAX_ATTEMPTS = 5;

    private final EventCodec codec;
    private final RequestReader reader;
    private final ImageSource images;
    private final Map<String, AsyncCaptioner> models;
    private final CaptionTrials trials;
    private final Executor executor;
    private final Clock clock;
    private final CaptionListener listener;
    private final String topic;
    private final String shadowTopic;
    private final int maxRecordBytes;

    CaptionPipeline(
            CaptionConfig config,
            EventCodec codec,
            ImageSource images,
            Map<String, ? extends AsyncCaptioner> models,
            CaptionTrials trials,
            Executor executor,
            Clock clock,
            CaptionListener listener) {
        this.codec = codec;
        this.models = ImmutableMap.copyOf(models);
        this.reader = new RequestReader(codec, config.decoding(), this.models.keySet());
        this.images = images;
        this.trials = trials;
        this.executor = executor;
        this.clock = clock;
        this.listener = listener;
        this.topic = config.topics().captionEvents();
        this.shadowTopic = config.topics().shadowCaptions();
        this.maxRecordBytes = config.maxRecordBytes();
    }

    /** Bytes of the pixels that an image may need, for all models. */
    long pixelBytes() {
        return models.values().stream().mapToLong(CaptionPipeline::pixelBytes).sum();
    }

    private static long pixelBytes(AsyncCaptioner model) {
        try {
            return model.input().bytes();
        } catch (IllegalStateException e) {
            // Closed: nothing will be loaded for it.
            return 0;
        }
    }

    /** Begins with the event's bytes. The future never fails; the image must be in state RECEIVED. */
    CompletableFuture<Outcome> start(InFlightImage image) {
        return settled(image, () -> CompletableFuture.supplyAsync(() -> read(image.entry()), executor)
                .thenCompose(request -> load(image, request)));
    }

    /** Begins with finished caption events that could not be written before. The image must be in state ENCODING. */
    CompletableFuture<Outcome> write(InFlightImage image, UnwrittenCaptions captions) {
        return settled(image, () -> CompletableFuture.supplyAsync(() -> encode(captions), executor));
    }

    private CaptionRequest read(InFlightEntry entry) {
        try {
            return reader.read(entry);
        } catch (RejectedEventException e) {
            throw new CompletionException(e);
        }
    }

    private CompletableFuture<Outcome> load(InFlightImage image, CaptionRequest request) {
        image.advance(ImageState.LOADING);
        List<ModelTask> tasks = request.models().stream()
                .map(name -> ModelTask.of(name, model(name), trials, request.id(), listener))
                .toList();
        Set<ImageGeometry> geometries =
                tasks.stream().flatMap(ModelTask::geometries).collect(Collectors.toSet());
        return image.track(images.load(request.image(), geometries, image.trace()))
                .thenCompose(loaded -> infer(image, request, tasks, loaded))
                .exceptionallyCompose(failure -> isStale(failure) && image.attempts() < MAX_ATTEMPTS
                        ? load(image, request)
                        : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<Outcome> infer(
            InFlightImage image, CaptionRequest request, List<ModelTask> tasks, LoadedImage loaded) {
        image.advance(ImageState.INFERRING);
        if (!loaded.fetchTime().isZero()) {
            listener.took(Step.FETCH, loaded.fetchTime());
        }
        listener.took(Step.DECODE, loaded.decodeTime());
        List<CompletableFuture<Inference>> futures = tasks.stream()
                .map(task -> task.submit(image, request, loaded, executor))
                .toList();
        ShadowCaptions shadows = new ShadowCaptions(tasks, image, request, loaded);
        LoadedImage described = withoutPixels(loaded);
        // Not on the thread that feeds the model: there are other images waiting for it.
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .whenComplete((unused, failure) -> {
                    if (failure != null) {
                        shadows.cancel();
                    }
                })
                .thenCompose(unused -> shadows.settled())
                .thenApplyAsync(
                        unused -> {
                            image.advance(ImageState.ENCODING);
                            List<Inference> inferences = futures.stream()
                                    .map(CompletableFuture::join)
                                    .toList();
                            inferences.forEach(this::tellTimes);
                            return encode(captions(request, described, inferences, shadows.take()));
                        },
                        executor);
    }

    private void tellTimes(Inference inference) {
        listener.took(Step.QUEUE, inference.queueTime());
        listener.took(Step.INFER, inference.inferenceTime());
    }

    private UnwrittenCaptions captions(
            CaptionRequest request, LoadedImage image, List<Inference> inferences, List<Inference> shadows) {
        Instant now = clock.instant();
        return new UnwrittenCaptions(
                CaptionEvents.captionEvent(request, image, inferences, now),
                shadows.isEmpty() ? null : CaptionEvents.captionEvent(request, image, shadows, now));
    }

    private Outcome encode(UnwrittenCaptions captions) {
        byte[] value;
        try {
            value = codec.encodeCaptionEvent(topic, captions.captions());
        } catch (RegistryUnavailableException e) {
            return new Postponed(PostponementCause.REGISTRY, String.valueOf(e.getMessage()), captions);
        }
        if (value.length > maxRecordBytes) {
            throw new CompletionException(new RejectedEventException(
                    ErrorCode.CAPTION_TOO_LARGE,
                    Stage.EMIT,
                    "The caption event has %d bytes, more than %d".formatted(value.length, maxRecordBytes)));
        }
        return new Captioned(value, captions.shadow() == null ? null : encodeShadow(captions.shadow()));
    }

    /** Null if it cannot be written: no reason to keep the captions in service waiting. */
    private byte @Nullable [] encodeShadow(CaptionEvent shadow) {
        try {
            byte[] value = codec.encodeCaptionEvent(shadowTopic, shadow);
            return value.length > maxRecordBytes ? null : value;
        } catch (RuntimeException e) {
            log.warnf("The shadow captions of %s cannot be written: %s", shadow.getOrigin(), e.getMessage());
            return null;
        }
    }

    private AsyncCaptioner model(String name) {
        AsyncCaptioner model = models.get(name);
        if (model == null) {
            throw new IllegalArgumentException("no model " + name);
        }
        return model;
    }

    // The batchers have them now, and let go of them one by one.
    private static LoadedImage withoutPixels(LoadedImage image) {
        return new LoadedImage(
                image.width(),
                image.height(),
                image.format(),
                image.digest(),
                image.bytes(),
                Map.of(),
                image.fetchTime(),
                image.decodeTime());
    }

    private interface Work {
        CompletableFuture<Outcome> begin();
    }

    private static CompletableFuture<Outcome> settled(InFlightImage image, Work work) {
        CompletableFuture<Outcome> begun;
        try {
            begun = work.begin();
        } catch (RejectedExecutionException e) {
            begun = CompletableFuture.failedFuture(e);
        }
        return begun.exceptionally(failure -> outcome(image, cause(failure)));
    }

    private static boolean isStale(Throwable failure) {
        return cause(failure) instanceof StaleInputException;
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static Outcome outcome(InFlightImage image, Throwable failure) {
        PostponementCause postponement = postponementCause(failure);
        if (postponement != null) {
            return new Postponed(postponement, String.valueOf(failure.getMessage()), null);
        }
        if (failure instanceof RejectedEventException rejected) {
            Throwable cause = rejected.getCause() == null ? rejected : rejected.getCause();
            return rejected(image, rejected.code(), rejected.stage(), cause);
        }
        if (failure instanceof ImageException e) {
            Stage stage = e.stage() == ImageException.Stage.FETCH ? Stage.FETCH : Stage.DECODE;
            return rejected(image, ErrorCode.of(e.code()), stage, e);
        }
        if (failure instanceof InferenceException e) {
            return rejected(image, code(e.code()), Stage.INFERENCE, e);
        }
        if (failure instanceof StaleInputException) {
            return rejected(image, ErrorCode.INFERENCE_FAILED, Stage.INFERENCE, failure);
        }
        log.errorf(failure, "Unexpected failure of an image in state %s", image.state());
        return rejected(image, ErrorCode.INTERNAL_ERROR, stage(image.state()), failure);
    }

    private static ErrorCode code(InferenceException.Code code) {
        return switch (code) {
            case OUT_OF_MEMORY -> ErrorCode.INFERENCE_OUT_OF_MEMORY;
            case UNSUPPORTED_OPTIONS -> ErrorCode.UNSUPPORTED_DECODING;
            case MODEL_FAILURE, CLOSED, UNAVAILABLE -> ErrorCode.INFERENCE_FAILED;
        };
    }

    /** What the image waits for; null if the failure is its own. */
    private static @Nullable PostponementCause postponementCause(Throwable failure) {
        if (failure instanceof RegistryUnavailableException) {
            return PostponementCause.REGISTRY;
        }
        if (failure instanceof CancellationException || failure instanceof RejectedExecutionException) {
            return PostponementCause.CLOSING;
        }
        if (failure instanceof InferenceException inference) {
            return switch (inference.code()) {
                case CLOSED -> PostponementCause.CLOSING;
                case UNAVAILABLE -> PostponementCause.MODEL;
                case MODEL_FAILURE, OUT_OF_MEMORY, UNSUPPORTED_OPTIONS -> null;
            };
        }
        if (failure instanceof ImageException image) {
            return switch (image.code()) {
                case CLOSED -> PostponementCause.CLOSING;
                case SOURCE_UNAVAILABLE -> PostponementCause.SOURCES;
                default -> null;
            };
        }
        return null;
    }

    private static Rejected rejected(InFlightImage image, ErrorCode code, Stage stage, Throwable failure) {
        return new Rejected(
                code,
                stage,
                String.valueOf(failure.getMessage()),
                Math.max(1, image.attempts()),
                failure.getClass().getName());
    }

    private static Stage stage(ImageState state) {
        return switch (state) {
            case LOADING -> Stage.FETCH;
            case INFERRING -> Stage.INFERENCE;
            case ENCODING -> Stage.EMIT;
            default -> Stage.EVENT;
        };
    }
}
