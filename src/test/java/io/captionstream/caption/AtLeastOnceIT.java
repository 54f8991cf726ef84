package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ChildJvm;
import io.captionstream.embedded.EmbeddedStack;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without transactions nothing is lost either, and nothing is kept beyond its outcome. */
class AtLeastOnceIT {
    private static final int EVENTS = 400;

    /** So small that a partition alone fills it. */
    private static final InFlightLimits LIMITS = new InFlightLimits(500, 100_000, 100_000);

    @TempDir
    private Path directory;

    @Test
    void shouldLoseNothingWhenItsOwnersAreKilledAndClosed() throws Exception {
        try (CaptionRig rig = new CaptionRig(EmbeddedStack.shared().broker(), directory, 2)) {
            ChildJvm killed =
                    rig.startProcess(StreamsConfig.PROCESSING_GUARANTEE_CONFIG + "=" + StreamsConfig.AT_LEAST_ONCE);
            send(rig, EVENTS);
            rig.awaitOutcomes(EVENTS / 2);
            killed.kill();

            CaptionInstance closed = rig.start(settings(rig), RecordLimits.NONE);
            await().atMost(Duration.ofMinutes(1)).until(() -> closed.images().held() > 0);
            send(rig, EVENTS);
            closed.close();

            CaptionInstance last = rig.start(settings(rig), RecordLimits.NONE);
            last.images().open();
            rig.awaitWhileReading("an outcome for each", rig::everythingHasAnOutcome);
            await().atMost(Duration.ofMinutes(1)).until(() -> last.inFlight() == 0);
            assertThat(last.deaths()).isEmpty();
        }
    }

    @Test
    void shouldReleaseTheMemoryOfWhatItHandsOver() throws Exception {
        try (CaptionRig rig = new CaptionRig(EmbeddedStack.shared().broker(), directory, 2)) {
            CaptionInstance first = rig.start(settings(rig), RecordLimits.NONE);
            for (int image = 100; image < 100 + EVENTS; image++) {
                rig.send(0, "hang:" + image);
            }
            rig.flush();
            await().atMost(Duration.ofMinutes(1)).until(() -> first.images().held() > 0 && isSettled(first));
            int full = first.images().held();
            // The other partition has no more than one in flight beside it.
            for (int image = 100; image < 100 + EVENTS; image++) {
                rig.send(1, "hang:" + image);
            }
            rig.flush();
            await().atMost(Duration.ofMinutes(1)).until(() -> first.images().held() == full + 1);

            CaptionInstance second = rig.start(settings(rig), RecordLimits.NONE);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> first.activePartitions() == 1 && second.activePartitions() == 1);
            await().atMost(Duration.ofMinutes(1))
                    .until(() ->
                            first.images().held() == full && second.images().held() == full);

            first.images().open();
            second.images().open();
            rig.awaitWhileReading("an outcome for each", rig::everythingHasAnOutcome);
            await().atMost(Duration.ofMinutes(1)).until(() -> first.inFlight() + second.inFlight() == 0);
        }
    }

    /** Whether it has read as much as it will. */
    private static boolean isSettled(CaptionInstance instance) {
        return instance.inFlight() > instance.images().held();
    }

    private InstanceSettings settings(CaptionRig rig) {
        return rig.settings().with(LIMITS).with(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    }

    private static void send(CaptionRig rig, int events) {
        for (int image = 0; image < events; image++) {
            rig.send(image % 2, (image % 4 == 0 ? "hang:" : "image:") + image);
        }
        rig.flush();
    }
}
