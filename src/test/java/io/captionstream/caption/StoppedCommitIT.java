package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.embedded.EmbeddedBroker;
import io.captionstream.embedded.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exactly one outcome per event, in order per key, whatever step of a commit an instance is stopped at (SIGSTOP) and
 * whenever it goes on: real processes on a real broker.
 */
class StoppedCommitIT {
    private static final Logger LOG = Logger.getLogger(StoppedCommitIT.class);
    private static final int ROUNDS_PER_GROUP = 6;
    private static final Duration SESSION = Duration.ofMillis(2500);
    private static final Duration TRANSACTION = Duration.ofSeconds(8);

    // What the processes have logged is of interest when a round has failed.
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void shouldGiveEveryEventOneOutcomeWhenAnInstanceIsStoppedInACommit() throws Exception {
        int rounds = Scale.rounds(12);
        Map<String, Integer> endings = new TreeMap<>();
        int events = 0;
        try (EmbeddedBroker broker = EmbeddedBroker.with(
                directory,
                Map.of(
                        "group.min.session.timeout.ms", "1000",
                        "transaction.abort.timed.out.transaction.cleanup.interval.ms", "500"))) {
            broker.start();
            broker.awaitReady();
            try (SteppedProcess first = SteppedProcess.start("first", directory);
                    SteppedProcess second = SteppedProcess.start("second", directory)) {
                for (int played = 0; played < rounds; ) {
                    Random random = new Random(played);
                    SteppedInstance.Group group = new SteppedInstance.Group(
                            broker.bootstrapServers(),
                            "stop-" + played + "-",
                            1 + random.nextInt(2),
                            SESSION,
                            TRANSACTION);
                    try (StopRounds playing = new StopRounds(broker, group, 1 + random.nextInt(6), first, second)) {
                        for (int i = 0; i < ROUNDS_PER_GROUP && played < rounds; i++, played++) {
                            StopRound round = StopRound.of(played);
                            String ending = playing.play(round);
                            LOG.infof("Round %d: %s: %s", played, round.kind(), ending);
                            endings.merge(ending.replaceFirst(":.*", ""), 1, Integer::sum);
                        }
                        events += playing.events();
                    }
                }
            }
        }
        LOG.infof("%d rounds, %d events, each with one outcome; commits ended so: %s", rounds, events, endings);
        assertThat(endings).containsKey(SteppedProcess.COMMITTED).hasSizeGreaterThan(1);
    }
}
