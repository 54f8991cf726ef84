package io.captionstream.replay;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.caption.CaptionConfig;
import io.captionstream.connection.Connection;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.Topics;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Captions a range of image events again. It is the service's topology as an application of its own, so that every event
 * of the range ends as exactly one caption event or dead letter, however often the replay is stopped or killed and begun
 * again. Nothing of the service is touched: neither its consumer group nor its topics. When all is done, the replay's own
 * group and topics go; only captions and dead letters stay.
 */
public final class ImageReplay {
    private static final long POLL_MILLIS = 250;

    private final Connection connection;
    private final ReplayConfig config;

    /** @param connection stays the caller's to close */
    public ImageReplay(Connection connection, ReplayConfig config) {
        this.connection = requireNonNull(connection, "connection is null");
        this.config = requireNonNull(config, "config is null");
    }

    /** The plan of a replay that was begun and is not done, if there is one of this name. */
    public Optional<ReplayPlan> begun(String name) throws IOException {
        return new ReplayTopics(connection, name).readPlan();
    }

    /**
     * What a request means now, with this bundle; changes nothing.
     *
     * @throws IllegalArgumentException if the captions would go where the service's go
     */
    public ReplayPlan plan(ReplayRequest request, ModelBundle bundle) throws IOException {
        Topics topics = config.caption().topics();
        for (String target : List.of(request.target(), request.deadLetters())) {
            checkArgument(!topics.all().contains(target), "%s is a topic of the service; name one of your own", target);
        }
        return new ReplayPlan(
                request.name(),
                request.model(),
                bundle.manifest().version(),
                bundle.digest(),
                topics.imageEvents(),
                request.target(),
                request.deadLetters(),
                request.from(),
                request.to(),
                LogRanges.resolve(connection, topics.imageEvents(), request.from(), request.to()));
    }

    /** Measures how long a plan would take, on a sample of its events; writes nothing. */
    public ReplayEstimate estimate(ReplayPlan plan, ModelBundle bundle) throws IOException, InferenceException {
        try (ReplayModel model = new ReplayModel(bundle, config)) {
            return new ReplaySample(connection, config.caption().decoding().defaults()).measure(plan, model);
        }
    }

    /**
     * Carries out a plan, or goes on with it.
     *
     * @param bundle the plan's
     * @return whether it is done; false if it was stopped, and can be gone on with
     * @throws IOException if broker or registry fail for good, or a replay of this name with another plan is not done
     */
    public boolean run(ReplayPlan plan, ModelBundle bundle, ReplayProgress progress, BooleanSupplier stop)
            throws IOException, InferenceException {
        checkArgument(bundle.digest().equals(plan.digest()), "%s is not the bundle of the plan", bundle.digest());
        ReplayTopics topics = new ReplayTopics(connection, plan.name());
        begin(plan, topics);
        try (ReplayGroup group = new ReplayGroup(connection, plan)) {
            group.begin();
            try (ReplayModel model = new ReplayModel(bundle, config)) {
                if (!stream(plan, group, model, progress, stop)) {
                    return false;
                }
            }
            group.delete();
        }
        topics.delete();
        progress.at(plan.offsets(), plan.offsets());
        return true;
    }

    private void begin(ReplayPlan plan, ReplayTopics topics) throws IOException {
        Optional<ReplayPlan> begun = topics.readPlan();
        if (begun.isEmpty()) {
            topics.writePlan(plan);
        } else if (!begun.get().equals(plan)) {
            throw new IOException("The replay %s is not done, and has another plan".formatted(plan.name()));
        }
        topics.createTargets(
                plan, Math.addExact(config.caption().maxRecordBytes(), CaptionConfig.RECORD_OVERHEAD_BYTES));
        if (config.register()) {
            connection.register(Map.of(plan.target(), CaptionEvent.getClassSchema()));
        }
    }

    /** Returns whether it came to the end. */
    private boolean stream(
            ReplayPlan plan, ReplayGroup group, ReplayModel model, ReplayProgress progress, BooleanSupplier stop)
            throws IOException {
        try (ReplayStreams streams = new ReplayStreams(plan, connection, config, model)) {
            while (!stop.getAsBoolean()) {
                if (streams.hasFailed()) {
                    throw new IOException("The replay failed, the log says why; the same once more goes on");
                }
                Map<TopicPartition, Long> committed = group.committed();
                progress.at(group.passed(committed), plan.offsets());
                // An offset is committed when everything below it has its outcome.
                if (streams.isRunning() && group.isAtEnd(committed)) {
                    return true;
                }
                try {
                    Thread.sleep(POLL_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return false;
        }
    }

    /**
     * Forgets a replay that is not done; its captions stay.
     *
     * @return whether there was one
     */
    public boolean discard(String name) throws IOException {
        ReplayTopics topics = new ReplayTopics(connection, name);
        Optional<ReplayPlan> begun = topics.readPlan();
        if (begun.isEmpty()) {
            return false;
        }
        try (ReplayGroup group = new ReplayGroup(connection, begun.get())) {
            group.delete();
        }
        topics.delete();
        return true;
    }
}
