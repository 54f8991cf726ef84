package io.captionstream.caption;

import com.google.common.collect.ImmutableMap;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** One process' worth of the caption topology on real brokers, with fakes for registry, images and model. */
final class CaptionInstance implements AutoCloseable {
    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    private final GatedImages images = new GatedImages();
    private final Map<String, Integer> inFlight = new ConcurrentHashMap<>();
    private final Map<String, Integer> mostInFlight = new ConcurrentHashMap<>();
    private final AtomicInteger captioned = new AtomicInteger();
    private final AtomicInteger restored = new AtomicInteger();
    private final AtomicInteger rebalances = new AtomicInteger();
    private final List<Throwable> deaths = new CopyOnWriteArrayList<>();
    private final KafkaStreams streams;

    /** Starts at once. */
    CaptionInstance(InstanceSettings settings, RecordLimits limits) {
        CaptionClients clients = new CaptionClients();
        streams = new KafkaStreams(
                CaptionTopology.build(
                        settings.captionConfig(),
                        new FakeCodec(),
                        images,
                        ImmutableMap.of("fake", new FakeModel("fake")),
                        CaptionTrials.NONE,
                        executor,
                        Clock.systemUTC(),
                        clients,
                        limits,
                        new Counts()),
                settings.streamsProperties(),
                clients);
        streams.setUncaughtExceptionHandler(death -> {
            deaths.add(death);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.setStateListener((next, previous) -> {
            if (next == KafkaStreams.State.REBALANCING) {
                rebalances.incrementAndGet();
            }
        });
        streams.start();
    }

    private final class Counts implements CaptionListener {
        @Override
        public void captioned(Duration sinceReceived, Duration sinceEvent) {
            captioned.incrementAndGet();
        }

        @Override
        public void restored(String taskId, int found) {
            restored.addAndGet(found);
        }

        @Override
        public void inFlight(String taskId, int count, long bytes) {
            inFlight.put(taskId, count);
            mostInFlight.merge(taskId, count, Math::max);
        }
    }

    GatedImages images() {
        return images;
    }

    /** What stream threads have died of; each was replaced. */
    List<Throwable> deaths() {
        return List.copyOf(deaths);
    }

    /** How often it was without its full share of the work. */
    int rebalances() {
        return rebalances.get();
    }

    int captioned() {
        return captioned.get();
    }

    /** Images that were found in flight by a new owner. */
    int restored() {
        return restored.get();
    }

    /** Images read of all partitions that have no outcome yet. */
    int inFlight() {
        return inFlight.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The most images that were read of a partition and had no outcome yet. */
    int mostInFlight(int partition) {
        return mostInFlight.getOrDefault("0_" + partition, 0);
    }

    /** How many partitions it works on. */
    int activePartitions() {
        return streams.metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .mapToInt(task -> task.topicPartitions().size())
                .sum();
    }

    boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Stops in the middle of the work, in order. */
    @Override
    public void close() {
        streams.close(CloseOptions.timeout(Duration.ofSeconds(60))
                .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
        executor.shutdownNow();
    }
}
