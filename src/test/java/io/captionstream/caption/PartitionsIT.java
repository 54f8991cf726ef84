package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.EmbeddedStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions may be added to the image events at any time. */
class PartitionsIT {
    private static final int FEW = 2;
    private static final int MANY = 6;

    @TempDir
    private Path directory;

    @Test
    void shouldLoseNothingWhenPartitionsAreAddedWhileItIsStopped() throws Exception {
        try (CaptionRig rig = new CaptionRig(EmbeddedStack.shared().broker(), directory, FEW)) {
            CaptionInstance stopped = rig.start();
            sendToEach(rig, FEW, 20);
            rig.awaitOutcomes(FEW * 10);
            await().atMost(Duration.ofMinutes(1)).until(() -> stopped.images().held() == FEW * 10);
            stopped.close();
            rig.addPartitions(MANY);
            sendToEach(rig, MANY, 20);

            CaptionInstance started = rig.start();
            started.images().open();
            rig.awaitAll();
            rig.verifyExactlyOnceInOrder();
            assertThat(started.restored()).isEqualTo(FEW * 10);
            assertThat(started.deaths()).isEmpty();
        }
    }

    @Test
    void shouldCaptionNewPartitionsWhenTheyAreAddedWhileItRuns() throws Exception {
        try (CaptionRig rig = new CaptionRig(EmbeddedStack.shared().broker(), directory, FEW)) {
            InstanceSettings attentive =
                    rig.settings().with(StreamsConfig.consumerPrefix(ConsumerConfig.METADATA_MAX_AGE_CONFIG), 500);
            CaptionInstance first = rig.start(attentive, RecordLimits.NONE);
            CaptionInstance second = rig.start(
                    rig.settings().with(StreamsConfig.consumerPrefix(ConsumerConfig.METADATA_MAX_AGE_CONFIG), 500),
                    RecordLimits.NONE);
            List<CaptionInstance> both = List.of(first, second);
            sendToEach(rig, FEW, 20);
            rig.awaitOutcomes(FEW * 10);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> first.images().held() + second.images().held() == FEW * 10);

            rig.addPartitions(MANY);
            sendToEach(rig, MANY, 20);
            rig.awaitOutcomes(FEW * 10 + MANY * 10);
            both.forEach(instance -> instance.images().open());
            rig.awaitAll();

            rig.verifyExactlyOnceInOrder();
            assertThat(first.activePartitions() + second.activePartitions()).isEqualTo(MANY);
            assertThat(both)
                    .allSatisfy(instance -> assertThat(instance.deaths()).isEmpty());
        }
    }

    /** Every other image does not answer; one key for each kind, so that none waits for the other. */
    private static void sendToEach(CaptionRig rig, int partitions, int events) {
        for (int partition = 0; partition < partitions; partition++) {
            for (int image = 0; image < events; image++) {
                String kind = image % 2 == 0 ? "hang" : "image";
                rig.send(partition, kind, kind + ":" + image);
            }
        }
        rig.flush();
    }
}
