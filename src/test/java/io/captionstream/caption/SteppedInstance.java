package io.captionstream.caption;

import com.google.common.collect.ImmutableMap;
import io.captionstream.event.Topics;
import io.captionstream.streams.StreamsRunner;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The caption topology on a real broker with a model that costs nothing, and someone told of its commits. */
final class SteppedInstance implements AutoCloseable {
    private static final int MAX_RECORD = 1 << 20;

    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    private final StreamsRunner runner;

    /**
     * What instances of one group share.
     *
     * @param prefix of their topics, and their application id
     * @param threads of each
     */
    record Group(String bootstrapServers, String prefix, int threads, Duration session, Duration transaction) {
        Topics topics() {
            return Topics.prefixed(prefix);
        }

        String id() {
            return prefix + "app";
        }
    }

    /** Starts it. */
    SteppedInstance(
            String name, Group group, Path stateDirectory, ImageSource images, SteppedClients.Observer observer) {
        CaptionConfig defaults = CaptionConfig.defaults();
        CaptionConfig config = new CaptionConfig(
                group.topics(),
                Ordering.KEY,
                new InFlightLimits(64, 1 << 20, 4 << 20),
                defaults.punctuationInterval(),
                defaults.retry(),
                defaults.decoding(),
                MAX_RECORD);
        CaptionClients clients = new CaptionClients();
        runner = new StreamsRunner(
                name,
                () -> CaptionTopology.build(
                        config,
                        new FakeCodec(),
                        images,
                        ImmutableMap.of("fake", new FakeModel("fake")),
                        CaptionTrials.NONE,
                        executor,
                        Clock.systemUTC(),
                        clients,
                        RecordLimits.NONE,
                        CaptionListener.NONE),
                properties(name, group, stateDirectory),
                List.of(),
                Duration.ofSeconds(30),
                streams -> {},
                () -> {},
                new SteppedClients(clients, observer),
                Optional::empty);
        runner.start();
    }

    private static Properties properties(String name, Group group, Path stateDirectory) {
        Properties properties = CaptionStreams.properties(group.id(), stateDirectory, MAX_RECORD);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, group.bootstrapServers());
        properties.put(StreamsConfig.CLIENT_ID_CONFIG, name);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, group.threads());
        properties.put(StreamsConfig.POLL_MS_CONFIG, CaptionStreams.POLL_MILLIS);
        int session = Math.toIntExact(group.session().toMillis());
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), session);
        properties.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), Math.min(300, session / 8));
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.toIntExact(group.transaction().toMillis()));
        // Nothing is sent before a flush asks for it: that is a step of its own.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 1000);
        return properties;
    }

    StreamsRunner runner() {
        return runner;
    }

    @Override
    public void close() {
        runner.close();
        executor.shutdownNow();
    }
}
