package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkState;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.streams.StreamsConfig;

/** Sixteen partitions on one stream thread, of which one can be made to hang, and how fast the others are meanwhile. */
public final class HangingPartition implements AutoCloseable {
    static final int PARTITIONS = 16;
    static final int HANGING = 7;
    static final List<Integer> OTHERS = IntStream.range(0, PARTITIONS)
            .filter(partition -> partition != HANGING)
            .boxed()
            .toList();

    private static final int MAX_IN_FLIGHT = 256;

    private final CaptionRig rig;
    private final CaptionInstance instance;
    private int images;

    /** @param directory for what the instance keeps */
    public HangingPartition(EmbeddedBroker broker, Path directory) {
        rig = new CaptionRig(broker, directory, PARTITIONS);
        InstanceSettings settings = rig.settings()
                .with(new InFlightLimits(MAX_IN_FLIGHT, 16L << 20, 64L << 20))
                .with(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        instance = rig.start(settings, RecordLimits.NONE);
        await().atMost(Duration.ofMinutes(1)).until(() -> instance.activePartitions() == PARTITIONS);
    }

    CaptionRig rig() {
        return rig;
    }

    CaptionInstance instance() {
        return instance;
    }

    /**
     * Sends events with images that answer at once to all partitions but the one.
     *
     * @return how long it took until each had its outcome committed
     */
    public Duration captionOthers(int perPartition) {
        int before = rig.outcomes().poll();
        long start = System.nanoTime();
        for (int i = 0; i < perPartition; i++) {
            for (int partition : OTHERS) {
                rig.send(partition, "image:" + ++images);
            }
        }
        rig.awaitOutcomes(before + perPartition * OTHERS.size());
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Sends events whose images do not answer to the one partition, and waits until it is full. */
    public void hang(int events) {
        checkState(events > MAX_IN_FLIGHT, "%s events do not fill a partition", events);
        instance.images().shut();
        for (int i = 0; i < events; i++) {
            rig.send(HANGING, "hang:" + ++images);
        }
        await().atMost(Duration.ofMinutes(1)).until(this::isFull);
    }

    /** Whether as much waits for images as may. */
    public boolean isFull() {
        return instance.images().held() == MAX_IN_FLIGHT;
    }

    /** Lets the images answer, and waits until all events have outcomes. */
    public void resume() {
        instance.images().open();
        rig.awaitAll();
    }

    @Override
    public void close() throws Exception {
        rig.close();
    }
}
