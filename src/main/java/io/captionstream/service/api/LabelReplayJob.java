package io.captionstream.service.api;

import io.captionstream.learning.RunListener;
import io.captionstream.learning.RunOutcome;
import io.captionstream.learning.RunPlan;
import io.captionstream.operations.LabelReplay;
import io.captionstream.service.api.ReplayStatus.State;
import io.captionstream.training.EpochResult;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A replay of labels on a thread of its own. */
final class LabelReplayJob implements RunListener {
    private static final Logger LOG = Logger.getLogger(LabelReplayJob.class);

    private final String name;
    private final LabelReplay replay;
    private final RunPlan plan;
    private final AutoCloseable images;
    private final Thread thread;

    private volatile boolean stopRequested;
    private volatile State state = State.RUNNING;
    private volatile int epoch;
    private volatile int epochs;
    private volatile @Nullable RunOutcome outcome;
    private volatile @Nullable String error;

    /** @param images closed when it is over */
    LabelReplayJob(String name, LabelReplay replay, RunPlan plan, AutoCloseable images) {
        this.name = name;
        this.replay = replay;
        this.plan = plan;
        this.images = images;
        this.thread = new Thread(this::run, "replay-" + name);
    }

    void start() {
        thread.start();
    }

    private void run() {
        State end = State.FAILED;
        try (images) {
            Optional<RunOutcome> made = replay.run(name, plan, this, () -> stopRequested);
            outcome = made.orElse(null);
            end = made.isPresent() ? State.DONE : State.STOPPED;
        } catch (Exception e) {
            LOG.warnf(e, "Replay %s failed: %s", name, e.getMessage());
            error = String.valueOf(e.getMessage());
        }
        state = end;
    }

    @Override
    public void onStart(int runEpochs, int stepsPerEpoch, int batchSize, long firstStep) {
        epochs = runEpochs;
        epoch = (int) (firstStep / stepsPerEpoch);
    }

    @Override
    public void onEpoch(EpochResult result) {
        epoch = result.epoch();
    }

    LabelReplayStatus status() {
        RunOutcome made = outcome;
        return new LabelReplayStatus(
                name,
                plan.model(),
                plan.version(),
                state,
                epoch,
                epochs,
                made == null ? null : made.stored().digest(),
                made == null ? null : made.verdict().reason(),
                error);
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    /** Waits until it has written its checkpoint. */
    void stop() {
        stopRequested = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
