package io.captionstream.learning;

import io.captionstream.event.ModelRelease;
import io.captionstream.finetune.GateResult;
import io.captionstream.labels.LogRange;
import io.captionstream.store.StoredBundle;
import io.captionstream.training.EpochResult;
import io.captionstream.training.TrainingHistory;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Work that is done at once, or as a test says. */
class FakeWork implements TrainingWork {
    static final String MODEL = "resnet50-lstm";
    static final String INITIAL = "0".repeat(64);

    final Map<String, ModelRelease> released = new ConcurrentHashMap<>();
    final List<RunPlan> plans = new CopyOnWriteArrayList<>();
    final List<RunPlan> forgotten = new CopyOnWriteArrayList<>();
    final List<List<LogRange>> judged = new CopyOnWriteArrayList<>();
    final AtomicInteger collections = new AtomicInteger();
    volatile GateResult verdict = new GateResult(true, "better", Map.of("fresh.ciderD.challenger", 9.0));
    volatile Training training = FakeWork::twoEpochs;

    /** What a run does before it is done; returns false if it was stopped. */
    @FunctionalInterface
    interface Training {
        boolean run(RunPlan plan, RunListener listener, BooleanSupplier stopRequested) throws Exception;
    }

    static boolean twoEpochs(RunPlan plan, RunListener listener, BooleanSupplier stopRequested) {
        listener.onHistory(history(1));
        listener.onHistory(history(2));
        return true;
    }

    static boolean untilStopped(RunPlan plan, RunListener listener, BooleanSupplier stopRequested)
            throws InterruptedException {
        listener.onHistory(history(1));
        while (!stopRequested.getAsBoolean()) {
            Thread.sleep(5);
        }
        return false;
    }

    static TrainingHistory history(int epochs) {
        TrainingHistory history = TrainingHistory.EMPTY;
        for (int epoch = 1; epoch <= epochs; epoch++) {
            history = history.with(new EpochResult(epoch, 1.0 / epoch, Double.NaN, 0.1, Map.of()));
        }
        return history;
    }

    static ModelRelease release(String model, String version, String digest) {
        return ModelRelease.newBuilder()
                .setModel(model)
                .setVersion(version)
                .setBundleUri("file:///store/" + model + "/" + digest)
                .setDigest(digest)
                .setReleasedAt(Instant.EPOCH)
                .build();
    }

    /** The digest of what a plan makes. */
    static String digest(RunPlan plan) {
        return com.google.common.hash.Hashing.sha256()
                .hashUnencodedChars(plan.toJson())
                .toString();
    }

    @Override
    public ModelRelease newest(String model) throws IOException {
        return released.getOrDefault(model, release(model, "1", INITIAL));
    }

    @Override
    public Optional<RunOutcome> train(RunPlan plan, RunListener listener, BooleanSupplier stopRequested)
            throws Exception {
        plans.add(plan);
        if (!training.run(plan, listener, stopRequested)) {
            return Optional.empty();
        }
        String digest = digest(plan);
        StoredBundle stored = new StoredBundle(
                URI.create("file:///store/" + plan.model() + "/" + digest), plan.model(), digest, Instant.EPOCH);
        return Optional.of(
                new RunOutcome(plan.version(), stored, verdict, verdict.metrics(), Map.of("learned", 10), "holdout"));
    }

    @Override
    public Optional<GateResult> judge(
            String model, String champion, String challenger, List<LogRange> unseen, BooleanSupplier stopRequested) {
        judged.add(unseen);
        return Optional.of(verdict);
    }

    @Override
    public void forget(RunPlan plan) {
        forgotten.add(plan);
    }

    @Override
    public int collectGarbage(String model) {
        return collections.incrementAndGet();
    }
}
