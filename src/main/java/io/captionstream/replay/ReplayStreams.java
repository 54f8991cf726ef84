package io.captionstream.replay;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.captionstream.caption.CaptionClients;
import io.captionstream.caption.CaptionConfig;
import io.captionstream.caption.CaptionListener;
import io.captionstream.caption.CaptionStreams;
import io.captionstream.caption.CaptionTopology;
import io.captionstream.caption.LiveRecordLimits;
import io.captionstream.connection.Connection;
import io.captionstream.event.Topics;
import io.captionstream.inference.AsyncCaptioner;
import io.captionstream.streams.StreamsRunner;
import io.captionstream.streams.StreamsState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/** The caption topology on the ranges of a plan. */
final class ReplayStreams implements AutoCloseable {
    private static final int CODEC_THREADS = 4;
    private static final Duration LIMITS_INTERVAL = Duration.ofMinutes(1);

    private final Path state;
    private final ExecutorService codecThreads = Executors.newFixedThreadPool(
            CODEC_THREADS,
            new ThreadFactoryBuilder()
                    .setNameFormat("replay-codec-%d")
                    .setDaemon(true)
                    .build());
    private final AtomicBoolean failed = new AtomicBoolean();
    private final LiveRecordLimits limits;
    private final StreamsRunner runner;

    ReplayStreams(ReplayPlan plan, Connection connection, ReplayConfig config, ReplayModel model) throws IOException {
        this.state = Files.createTempDirectory("captionstream-replay-");
        Properties properties = properties(plan, connection, config.caption());
        CaptionClients clients = new CaptionClients();
        this.limits = new LiveRecordLimits(
                connection::admin, properties, List.of(plan.target(), plan.deadLetters()), LIMITS_INTERVAL);
        limits.start();
        this.runner = new StreamsRunner(
                "replay",
                () -> topology(plan, connection, config.caption(), model, clients),
                properties,
                List.of(),
                config.closeTimeout(),
                streams -> {},
                () -> failed.set(true),
                clients,
                Optional::empty);
        runner.start();
    }

    private Topology topology(
            ReplayPlan plan, Connection connection, CaptionConfig config, ReplayModel model, CaptionClients clients) {
        return CaptionTopology.buildFor(
                plan::contains,
                config.withTopics(topics(plan, config.topics())),
                new OneModelCodec(connection.codec()),
                model.images()::load,
                Map.<String, AsyncCaptioner>of(plan.model(), model.batcher()),
                codecThreads,
                Clock.systemUTC(),
                clients,
                limits,
                CaptionListener.NONE);
    }

    private static Topics topics(ReplayPlan plan, Topics topics) {
        return new Topics(
                plan.source(),
                plan.target(),
                plan.deadLetters(),
                topics.shadowCaptions(),
                topics.labeledPairs(),
                topics.labelDeadLetters(),
                topics.modelReleases(),
                topics.trainingCommands(),
                topics.trainingReports());
    }

    private Properties properties(ReplayPlan plan, Connection connection, CaptionConfig config) {
        Properties properties = CaptionStreams.properties(plan.applicationId(), state, config.maxRecordBytes());
        properties.put(StreamsConfig.POLL_MS_CONFIG, CaptionStreams.POLL_MILLIS);
        properties.put(
                StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, connection.settings().bootstrapServers());
        properties.putAll(connection.settings().kafkaProperties());
        return properties;
    }

    boolean isRunning() {
        return runner.state() == StreamsState.RUNNING;
    }

    /** Whether it will not come back by itself. */
    boolean hasFailed() {
        return failed.get();
    }

    /** Commits what is done. */
    @Override
    public void close() throws IOException {
        runner.close();
        limits.close();
        codecThreads.shutdownNow();
        MoreFiles.deleteRecursively(state, RecursiveDeleteOption.ALLOW_INSECURE);
    }
}
