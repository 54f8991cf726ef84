package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.caption.Outcomes.Answer;
import io.captionstream.caption.Outcomes.Position;
import io.captionstream.embedded.ChildJvm;
import io.captionstream.embedded.EmbeddedStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events that are deleted from their topic while they are in flight, and whose owner ends. */
class ExpiryIT {
    @TempDir
    private Path directory;

    @Test
    void shouldSayThatAnEventHasExpiredWhenItsOwnerIsKilled() throws Exception {
        try (CaptionRig rig = new CaptionRig(EmbeddedStack.shared().broker(), directory, 2)) {
            ChildJvm killed = rig.startProcess();
            rig.send(0, "image:1");
            rig.send(0, "hang:2");
            rig.send(0, "hang:3");
            rig.send(0, "image:4");
            rig.send(1, "hang:5");
            rig.send(1, "image:6");
            rig.awaitOutcomes(3);
            killed.kill();
            rig.deleteBelow(0, 2);

            CaptionInstance next = rig.start();
            next.images().open();
            rig.awaitAll();
            rig.verifyExactlyOnceInOrder();
            assertThat(rig.outcomes().of(new Position(0, 1)))
                    .extracting(Answer::code)
                    .containsExactly("EVENT_EXPIRED");
            assertThat(rig.outcomes().byCode()).isEqualTo(Map.of("CAPTIONED", 5, "EVENT_EXPIRED", 1));
            assertThat(next.deaths()).isEmpty();
        }
    }

    @Test
    void shouldSayThatEventsHaveExpiredWhenNothingIsLeftOfTheirPartition() throws Exception {
        try (CaptionRig rig = new CaptionRig(EmbeddedStack.shared().broker(), directory, 2)) {
            CaptionInstance closed = rig.start();
            // Of one partition the last event, of the other some in the middle.
            rig.send(0, "image:1");
            rig.send(0, "hang:2");
            rig.send(0, "hang:3");
            rig.send(1, "hang:4");
            rig.send(1, "image:5");
            rig.awaitOutcomes(2);
            await().atMost(Duration.ofMinutes(1)).until(() -> closed.images().held() == 3);
            closed.close();
            rig.deleteBelow(0, 3);
            rig.deleteBelow(1, 2);

            CaptionInstance next = rig.start();
            rig.awaitAll();
            rig.verifyExactlyOnceInOrder();
            assertThat(rig.outcomes().byCode()).isEqualTo(Map.of("CAPTIONED", 2, "EVENT_EXPIRED", 3));
            assertThat(next.deaths()).isEmpty();
        }
    }
}
