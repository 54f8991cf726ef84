package io.captionstream.replay;

import io.captionstream.connection.Connection;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ImageReference;
import io.captionstream.image.ResizeMode;
import io.captionstream.inference.Inference;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InputSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Captions the first events of a plan's partitions, to see how long one takes. */
final class ReplaySample {
    private static final int EVENTS = 128;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Connection connection;
    private final DecodingOptions options;

    /** @param options of all events; those that events ask for are left out of account */
    ReplaySample(Connection connection, DecodingOptions options) {
        this.connection = connection;
        this.options = options;
    }

    ReplayEstimate measure(ReplayPlan plan, ReplayModel model) throws IOException {
        List<ConsumerRecord<byte[], byte[]>> records = records(plan);
        ConfluentEventCodec codec = connection.codec();
        int failed = 0;
        List<CompletableFuture<Inference>> captions = new ArrayList<>();
        long start = System.nanoTime();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Optional<ImageReference> reference = reference(codec, record);
            if (reference.isPresent()) {
                captions.add(caption(reference.get(), model));
            } else {
                failed++;
            }
        }
        for (CompletableFuture<Inference> caption : captions) {
            try {
                caption.join();
            } catch (CompletionException e) {
                failed++;
            }
        }
        double nanos = System.nanoTime() - start;
        Duration time =
                records.isEmpty() ? Duration.ZERO : Duration.ofNanos((long) (nanos / records.size() * plan.offsets()));
        return new ReplayEstimate(plan.offsets(), records.size(), failed, time);
    }

    /** Some of every partition. */
    private List<ConsumerRecord<byte[], byte[]>> records(ReplayPlan plan) throws IOException {
        List<PartitionRange> ranges =
                plan.ranges().stream().filter(range -> range.size() > 0).toList();
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = connection.reader()) {
            for (PartitionRange range : ranges) {
                int enough = records.size() + Math.max(1, EVENTS / ranges.size());
                TopicPartition partition = plan.partition(range);
                consumer.assign(List.of(partition));
                consumer.seek(partition, range.from());
                long deadline = System.nanoTime() + PATIENCE.toNanos();
                while (records.size() < enough
                        && consumer.position(partition) < range.to()
                        && System.nanoTime() < deadline) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                        if (records.size() < enough && range.contains(record.offset())) {
                            records.add(record);
                        }
                    }
                }
            }
        } catch (KafkaException e) {
            throw new IOException("Cannot read %s: %s".formatted(plan.source(), e.getMessage()), e);
        }
        return records;
    }

    /** Empty if the event is none that could be captioned. */
    private static Optional<ImageReference> reference(ConfluentEventCodec codec, ConsumerRecord<byte[], byte[]> record)
            throws IOException {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            ImageEvent event = codec.decodeImageEvent(record.topic(), record.value());
            if (event.getUri() != null) {
                return Optional.of(ImageReference.ofUri(event.getUri()));
            }
            return Optional.ofNullable(event.getContent()).map(ReplaySample::content);
        } catch (UndecodableEventException e) {
            return Optional.empty();
        } catch (RegistryUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static ImageReference content(ByteBuffer content) {
        byte[] bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
        return ImageReference.ofContent(bytes);
    }

    private CompletableFuture<Inference> caption(ImageReference reference, ReplayModel model) {
        InputSpec input = model.batcher().input();
        ImageGeometry geometry = new ImageGeometry(input.height(), input.width(), ResizeMode.named(input.resize()));
        return model.images().load(reference, Set.of(geometry)).thenCompose(image -> {
            byte[] pixels = image.pixels().get(geometry);
            return pixels == null
                    ? CompletableFuture.failedFuture(new IllegalStateException("no pixels"))
                    : model.batcher().submit(pixels, input, options);
        });
    }
}
