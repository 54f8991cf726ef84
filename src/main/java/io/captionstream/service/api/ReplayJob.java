package io.captionstream.service.api;

import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.replay.ImageReplay;
import io.captionstream.replay.ReplayPlan;
import io.captionstream.service.api.ReplayStatus.State;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A replay on a thread of its own. */
final class ReplayJob {
    private static final Logger LOG = Logger.getLogger(ReplayJob.class);

    private final ImageReplay replay;
    private final ReplayPlan plan;
    private final ModelBundle bundle;
    private final Thread thread;

    private volatile boolean stopRequested;
    private volatile State state = State.RUNNING;
    private volatile @Nullable String error;
    private volatile long done;

    ReplayJob(ImageReplay replay, ReplayPlan plan, ModelBundle bundle) {
        this.replay = replay;
        this.plan = plan;
        this.bundle = bundle;
        this.thread = new Thread(this::run, "replay-" + plan.name());
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            boolean complete = replay.run(plan, bundle, (at, total) -> done = at, () -> stopRequested);
            state = complete ? State.DONE : State.STOPPED;
        } catch (IOException | InferenceException | RuntimeException e) {
            LOG.warnf(e, "Replay %s failed: %s", plan.name(), e.getMessage());
            error = e.getMessage();
            state = State.FAILED;
        }
    }

    ReplayStatus status() {
        return new ReplayStatus(
                plan.name(), plan.model(), plan.version(), plan.target(), state, done, plan.offsets(), error);
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    /** Waits until it has come to a good place. */
    void stop() {
        stopRequested = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
