package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.embedded.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition whose images never answer holds up nobody but itself. How much exactly: {@code FairnessBench}. */
class FairnessIT {
    private static final int HANGING_EVENTS = 1000;

    /** What one poll returns, which is taken in before reading is paused. */
    private static final int ONE_FETCH = 64;

    @TempDir
    private Path directory;

    @Test
    void shouldCaptionTheOtherPartitionsWhenTheImagesOfOneNeverAnswer() throws Exception {
        int perPartition = Scale.of(100, 2000);
        try (HangingPartition hanging =
                new HangingPartition(EmbeddedStack.shared().broker(), directory)) {
            CaptionInstance instance = hanging.instance();
            CaptionRig rig = hanging.rig();
            hanging.captionOthers(perPartition);
            Duration without = hanging.captionOthers(perPartition);
            int rebalances = instance.rebalances();

            hanging.hang(HANGING_EVENTS);
            Duration with = hanging.captionOthers(perPartition);
            with = shorter(with, hanging.captionOthers(perPartition));

            assertThat(hanging.isFull()).as("all that hang still do").isTrue();
            assertThat(rig.outcomes().of(List.of(HangingPartition.HANGING))).isZero();
            // Generous: what is to be seen here is whether anybody waits, and a wait would be one of seconds.
            assertThat(with).isLessThan(without.multipliedBy(3).plusSeconds(1));
            assertThat(instance.mostInFlight(HangingPartition.HANGING))
                    .as("events of the full partition in memory")
                    .isLessThanOrEqualTo(256 + ONE_FETCH);
            assertThat(instance.rebalances()).isEqualTo(rebalances);
            assertThat(instance.deaths()).isEmpty();

            hanging.resume();
            rig.verifyExactlyOnceInOrder();
            assertThat(instance.deaths()).isEmpty();
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
