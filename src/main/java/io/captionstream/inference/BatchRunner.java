package io.captionstream.inference;

import com.google.common.base.Ticker;
import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import io.captionstream.model.InputSpec;
import io.captionstream.model.LiveModel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Runs batches through the model, one at a time, and completes every future of each. A batch that fails is halved until
 * the image that breaks it stands alone, and then it is found out whether the image or the model is to blame; all of it,
 * retries included, runs on the captioner that was live when the batch began.
 */
final class BatchRunner {
    private static final Duration MEMORY_RECOVERY = Duration.ofMinutes(1);

    private final LiveModel model;
    private final BatcherConfig config;
    private final Ticker ticker;
    private final BatcherListener listener;
    private final Breaker breaker;
    private final InputBuffer buffer;
    private final KnownGoodImage knownGood;
    private final MemoryCap memory;

    BatchRunner(
            LiveModel model,
            BatcherConfig config,
            Ticker ticker,
            BatcherListener listener,
            Breaker breaker,
            InputBuffer buffer) {
        this.model = model;
        this.config = config;
        this.ticker = ticker;
        this.listener = listener;
        this.breaker = breaker;
        this.buffer = buffer;
        this.knownGood = new KnownGoodImage(config, buffer);
        this.memory = new MemoryCap(config.maxBatchSize(), MEMORY_RECOVERY);
    }

    /** Most images the next batch may hold. */
    int maxBatchSize() {
        return memory.current(ticker.read());
    }

    /**
     * Completes every future of the batch.
     *
     * @throws RuntimeException or an error, if anything goes wrong that is not of a part of the batch; then images may be
     *     left without an answer
     */
    void run(Batch batch) {
        LiveModel.Lease lease;
        try {
            lease = model.acquire();
        } catch (IllegalStateException e) {
            fail(batch.images(), new InferenceException(Code.CLOSED, "Model is closed", e));
            return;
        }
        try (lease) {
            run(lease.captioner(), batch);
        }
    }

    /** Tries the known-good image again, and closes the breaker if the live captioner captions it. */
    void check() {
        try (LiveModel.Lease lease = model.acquire()) {
            InferenceException failure = knownGood.check(lease.captioner());
            if (failure == null) {
                breaker.close();
            } else if (knownGood.isKnownOf(lease.captioner())) {
                breaker.open("the known-good image fails (%s: %s)".formatted(failure.code(), failure.getMessage()));
            } else {
                breaker.halfOpen();
            }
        } catch (IllegalStateException e) {
            breaker.open("the model is closed");
        }
    }

    private static void fail(List<PendingImage> images, InferenceException failure) {
        images.forEach(image -> image.future().completeExceptionally(failure));
    }

    private void run(Captioner captioner, Batch batch) {
        long start = ticker.read();
        Suspects suspects = new Suspects(captioner, knownGood, breaker, listener);
        Deque<List<PendingImage>> parts = new ArrayDeque<>();
        parts.add(withoutStale(batch.images(), captioner.input()));
        while (!parts.isEmpty()) {
            List<PendingImage> part = parts.removeFirst();
            if (breaker.isOpen()) {
                refuse(part);
            } else if (part.size() > memory.current(ticker.read())) {
                halve(part, parts);
            } else if (!part.isEmpty()) {
                try {
                    caption(captioner, part, start);
                    breaker.close();
                    suspects.blame();
                    knownGood.captioned(captioner, part.get(0));
                } catch (InferenceException | RuntimeException | Error e) {
                    recover(part, ModelRun.failure(e), parts, suspects);
                }
            }
        }
        suspects.judge();
    }

    private static List<PendingImage> withoutStale(List<PendingImage> images, InputSpec input) {
        List<PendingImage> fitting = new ArrayList<>();
        for (PendingImage image : images) {
            if (image.input().equals(input)) {
                fitting.add(image);
            } else {
                image.future().completeExceptionally(new StaleInputException(image.input(), input));
            }
        }
        return fitting;
    }

    private void refuse(List<PendingImage> images) {
        for (PendingImage image : images) {
            listener.failed(Code.UNAVAILABLE);
            image.future().completeExceptionally(breaker.refusal());
        }
    }

    private void caption(Captioner captioner, List<PendingImage> images, long start) throws InferenceException {
        int paddedSize = config.paddedSize(images.size());
        ModelRun run = ModelRun.of(images, captioner.input().bytes(), paddedSize, buffer);
        BatchTrace trace = listener.running(captioner.identity(), images.size(), paddedSize);
        long before = ticker.read();
        List<List<Alternative>> results;
        try {
            results = run.results(captioner);
        } catch (InferenceException | RuntimeException | Error e) {
            trace.ended(ModelRun.failure(e));
            throw e;
        }
        trace.ended(null);
        Duration time = Duration.ofNanos(ticker.read() - before);
        List<Inference> inferences = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            Duration queued = Duration.ofNanos(start - images.get(i).submittedNanos());
            List<Alternative> alternatives = results.get(i);
            inferences.add(new Inference(
                    captioner.identity(),
                    alternatives,
                    captioner.confidence(alternatives.get(0)),
                    captioner.precision().precision(),
                    images.size(),
                    queued,
                    time,
                    trace));
        }
        listener.inferred(images.size(), paddedSize, time);
        for (int i = 0; i < images.size(); i++) {
            images.get(i).future().complete(inferences.get(i));
        }
    }

    private void recover(
            List<PendingImage> part, InferenceException failure, Deque<List<PendingImage>> parts, Suspects suspects) {
        if (failure.code() == Code.OUT_OF_MEMORY) {
            buffer.release();
            listener.batchSizeLowered(memory.lower(part.size(), ticker.read()));
        }
        List<PendingImage> open =
                part.stream().filter(image -> !image.future().isDone()).toList();
        if (failure.code() == Code.CLOSED || failure.code() == Code.UNSUPPORTED_OPTIONS) {
            // No image is to blame for these.
            for (PendingImage image : open) {
                listener.failed(failure.code());
                image.future().completeExceptionally(failure);
            }
        } else if (part.size() > 1) {
            listener.bisected(part.size(), failure.code());
            halve(open, parts);
        } else {
            open.forEach(image -> suspects.add(image, failure));
        }
    }

    private static void halve(List<PendingImage> images, Deque<List<PendingImage>> parts) {
        int middle = (images.size() + 1) / 2;
        parts.addFirst(images.subList(middle, images.size()));
        parts.addFirst(images.subList(0, middle));
    }
}
