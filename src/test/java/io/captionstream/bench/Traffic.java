package io.captionstream.bench;

import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends image events and waits for the captions to become visible to a consumer that reads committed records only. */
final class Traffic implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final String inputTopic;
    private final List<String> uris;
    private final KafkaProducer<String, Object> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<String, Long> sentAt = new ConcurrentHashMap<>();
    private long sent;

    /** Sends references to {@code uris}, in turn. */
    Traffic(EmbeddedStack stack, String inputTopic, String outputTopic, List<String> uris) {
        this.inputTopic = inputTopic;
        this.uris = uris;
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers(), "linger.ms", 0),
                new StringSerializer(),
                Clients.eventSerializer(stack.registry().url()));
        consumer = Clients.committedReader(stack.broker().bootstrapServers(), List.of(outputTopic));
    }

    /** Sends {@code count} events at once; returns captions per second, from the first send to the last visible one. */
    double saturate(int count) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            send();
        }
        await(count, null);
        return count / ((System.nanoTime() - start) / 1e9);
    }

    /** Sends at a steady rate for a while; returns the times from send to visible caption, in milliseconds. */
    double[] pace(double perSecond, int seconds) {
        int count = (int) Math.round(perSecond * seconds);
        double[] latencies = new double[count];
        int[] received = {0};
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = start + (long) (i / perSecond * 1e9);
            while (System.nanoTime() < due) {
                collect(latencies, received);
            }
            send();
        }
        await(count - received[0], () -> collect(latencies, received));
        return latencies;
    }

    private void send() {
        String id = "photo-" + sent;
        ImageEvent event = ImageEvent.newBuilder()
                .setId(id)
                .setUri(uris.get((int) (sent++ % uris.size())))
                .build();
        sentAt.put(id, System.nanoTime());
        producer.send(new ProducerRecord<>(inputTopic, id, event));
    }

    private void collect(double[] latencies, int[] received) {
        consumer.poll(POLL).forEach(record -> {
            Long at = sentAt.remove(record.key());
            if (at != null && received[0] < latencies.length) {
                latencies[received[0]++] = (System.nanoTime() - at) / 1e6;
            }
        });
    }

    private void await(int count, @org.jspecify.annotations.Nullable Runnable step) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!sentAt.isEmpty()) {
            if (step == null) {
                // Seldom enough not to cost the service much of the machine they share.
                consumer.poll(POLL.multipliedBy(10)).forEach(record -> sentAt.remove(record.key()));
            } else {
                step.run();
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(sentAt.size() + " of " + count + " captions are missing");
            }
        }
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
