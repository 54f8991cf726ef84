package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.embedded.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New instances have their share of the work in seconds, whatever history is behind the topics. */
class ScaleOutIT {
    private static final Logger log = Logger.getLogger(ScaleOutIT.class);
    private static final int PARTITIONS = 12;
    private static final Duration LIMIT = Duration.ofSeconds(15);

    @TempDir
    private Path directory;

    @Test
    void shouldBalanceTheWorkInSecondsWhenInstancesJoinAfterALongHistory() throws Exception {
        try (CaptionRig rig = new CaptionRig(EmbeddedStack.shared().broker(), directory, PARTITIONS)) {
            CaptionInstance first = rig.start();
            int history = Scale.of(10_000, 100_000);
            for (int image = 1; image <= history; image++) {
                rig.send(image % PARTITIONS, "key-" + image % 1000, "image:" + image);
            }
            rig.awaitAll();

            Traffic traffic = new Traffic(rig, history);
            Thread sending = new Thread(traffic, "traffic");
            sending.start();
            long start = System.nanoTime();
            CaptionInstance second = rig.start();
            CaptionInstance third = rig.start();
            List<CaptionInstance> all = List.of(first, second, third);
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> all.stream()
                    .allMatch(instance ->
                            instance.isRunning() && instance.activePartitions() == PARTITIONS / all.size()));
            log.infof(
                    "After %d events, balanced in %d ms",
                    history, Duration.ofNanos(System.nanoTime() - start).toMillis());
            int before = second.captioned() + third.captioned();
            rig.awaitWhileReading(
                    "captions of those that joined",
                    () -> second.captioned() > 0
                            && third.captioned() > 0
                            && second.captioned() + third.captioned() > before + 100);
            traffic.stop();
            sending.join();
            rig.awaitAll();

            rig.verifyExactlyOnceInOrder();
            assertThat(all).allSatisfy(instance -> assertThat(instance.deaths()).isEmpty());
        }
    }

    /** A few hundred events a second, so that there is always something in flight. */
    private static final class Traffic implements Runnable {
        private final CaptionRig rig;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private int image;

        private Traffic(CaptionRig rig, int image) {
            this.rig = rig;
            this.image = image;
        }

        @Override
        public void run() {
            while (!stopped.get()) {
                image++;
                rig.send(image % PARTITIONS, "key-" + image % 1000, "image:" + image);
                Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(3));
            }
        }

        private void stop() {
            stopped.set(true);
        }
    }
}
