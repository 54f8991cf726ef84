package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.EmbeddedBroker;
import io.captionstream.streams.StreamsState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stream thread that dies in the middle of a commit gives its partitions away at once, and nothing that was in it. */
class DyingThreadIT {
    /** Much longer than these tests may take: whoever waits for it fails them. */
    private static final Duration SESSION = Duration.ofMinutes(2);

    private static final Duration AT_ONCE = Duration.ofSeconds(40);
    private static final int PARTITIONS = 4;
    private static final int IMAGES = 20;

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.with(directory, Map.of());
        broker.start();
        broker.awaitReady();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @ParameterizedTest
    @EnumSource(CommitStep.class)
    void shouldHandOverAtOnceWhenAnInstanceDiesOfItsThread(CommitStep step) {
        // What nobody can work with ends the instance.
        Mortal mortal = new Mortal(step, new InvalidConfigurationException("dies on purpose"));
        handOver("dies-" + step.ordinal() + "-", mortal, StreamsState.FAILED);
    }

    @Test
    void shouldGoOnAtOnceWhenAThreadIsReplaced() {
        Mortal mortal = new Mortal(CommitStep.AFTER_FLUSH, new IllegalStateException("dies on purpose"));
        handOver("replaced-", mortal, StreamsState.RUNNING);
    }

    /** The one that dies has all images in flight; the other is idle until then. */
    private static void handOver(String prefix, Mortal mortal, StreamsState then) {
        SteppedInstance.Group group =
                new SteppedInstance.Group(broker.bootstrapServers(), prefix, 1, SESSION, Duration.ofSeconds(10));
        broker.createAllTopics(PARTITIONS, group.topics());
        HeldImages images = new HeldImages();
        images.hold();
        try (OutcomeLog log = new OutcomeLog(broker.bootstrapServers(), group.topics(), PARTITIONS);
                GroupView view = new GroupView(broker.admin(), group.id(), PARTITIONS);
                SteppedInstance dying =
                        new SteppedInstance("dying", group, directory.resolve(prefix + "1"), images, mortal)) {
            log.send(new Random(prefix.hashCode()), IMAGES);
            await().atMost(AT_ONCE).until(() -> images.held() == IMAGES);
            try (SteppedInstance other = new SteppedInstance(
                    "other", group, directory.resolve(prefix + "2"), new HeldImages(), Mortal.IMMORTAL)) {
                await().atMost(AT_ONCE).until(() -> view.isOf("dying", "other"));
                images.releaseAll();
                Map<TopicPartition, Long> ends = log.ends();
                await().atMost(AT_ONCE).until(() -> view.hasFinished(ends));
                assertThat(mortal.isDead()).isTrue();
                await().atMost(AT_ONCE).until(() -> dying.runner().state() == then);
                if (then == StreamsState.FAILED) {
                    await().atMost(AT_ONCE).until(() -> view.isOf("other"));
                }
                log.verify("events after a thread has died at a step");
            }
        }
    }

    /** Throws at the first commit of outcomes. */
    private static final class Mortal implements SteppedClients.Observer {
        private static final SteppedClients.Observer IMMORTAL = new SteppedClients.Observer() {
            @Override
            public void at(CommitStep step) {}

            @Override
            public void ended(@Nullable Throwable failure) {}
        };

        private final CommitStep end;
        private final RuntimeException death;
        private final AtomicBoolean dead = new AtomicBoolean();

        private Mortal(CommitStep end, RuntimeException death) {
            this.end = end;
            this.death = death;
        }

        private boolean isDead() {
            return dead.get();
        }

        @Override
        public void at(CommitStep step) {
            if (step == end && dead.compareAndSet(false, true)) {
                throw death;
            }
        }

        @Override
        public void ended(@Nullable Throwable failure) {}
    }
}
