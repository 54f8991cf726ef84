package io.captionstream.coco;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Splitter;
import com.google.common.net.UrlEscapers;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.RegistryUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Sends images as {@link LabeledPair} events, keyed by image id. A file notes up to which image the broker has
 * acknowledged all; it is written every second, when the import is stopped and when it ends. A run that was stopped goes
 * on without sending anything twice; one that was killed sends again what the broker acknowledged after the last note.
 */
public final class PairTopic implements PairSink {
    private static final long NOTE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);
    private static final Splitter SEGMENTS = Splitter.on('/');

    private final Producer<String, byte[]> producer;
    private final Function<LabeledPair, byte[]> encoder;
    private final Target target;
    private final Path progress;
    private final String origin;
    private final long resumedAt;
    private final PositionLog acknowledged;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    private long notedAt = System.nanoTime();

    /**
     * Where pairs go and what they look like.
     *
     * @param topic name of the topic
     * @param uriPrefix what stands before an image's path to make its URI, for example {@code s3://bucket/coco/}
     * @param source who labelled the images, for example {@code coco}
     */
    public record Target(String topic, String uriPrefix, String source) {
        public Target {
            requireNonNull(topic, "topic is null");
            requireNonNull(uriPrefix, "uriPrefix is null");
            requireNonNull(source, "source is null");
        }
    }

    /**
     * Begins, or goes on where the file says.
     *
     * @param producer should be idempotent; closed with this
     * @param progress the file
     * @param origin names the source and all options that the pairs depend on
     * @throws IOException if the file is of another origin
     */
    public PairTopic(
            Producer<String, byte[]> producer,
            Function<LabeledPair, byte[]> encoder,
            Target target,
            Path progress,
            String origin)
            throws IOException {
        this.producer = producer;
        this.encoder = encoder;
        this.target = target;
        this.progress = progress;
        this.origin = origin;
        ImportState state = ImportState.read(progress, origin);
        this.resumedAt = state == null ? 0 : state.position();
        this.acknowledged = new PositionLog(resumedAt);
    }

    @Override
    public boolean has(long position, CocoImage image) {
        return position < resumedAt;
    }

    @Override
    public void add(long position, CocoImage image) throws IOException {
        LabeledPair pair = LabeledPair.newBuilder()
                .setId(image.id())
                .setUri(uri(image.path()))
                .setCaptions(image.captions())
                .setSource(target.source())
                .build();
        try {
            producer.send(
                    new ProducerRecord<>(target.topic(), image.id(), encoder.apply(pair)), (metadata, exception) -> {
                        if (exception == null) {
                            acknowledged.done(position);
                        } else {
                            failure.compareAndSet(null, exception);
                        }
                    });
        } catch (KafkaException | RegistryUnavailableException e) {
            failure.compareAndSet(null, e);
        }
        throwFailure();
        if (System.nanoTime() - notedAt > NOTE_NANOS) {
            note();
        }
    }

    private String uri(String path) {
        return target.uriPrefix()
                + SEGMENTS.splitToStream(path)
                        .map(UrlEscapers.urlPathSegmentEscaper()::escape)
                        .collect(Collectors.joining("/"));
    }

    @Override
    public void leaveOut(long position) {
        acknowledged.done(position);
    }

    @Override
    public void complete() throws IOException {
        producer.flush();
        note();
        throwFailure();
    }

    private void note() throws IOException {
        new ImportState(origin, acknowledged.next()).write(progress);
        notedAt = System.nanoTime();
    }

    private void throwFailure() throws IOException {
        Exception first = failure.get();
        if (first != null) {
            throw new IOException(
                    "A pair could not be sent to %s: %s. The same command goes on from there"
                            .formatted(target.topic(), first.getMessage()),
                    first);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            producer.close(CLOSE_TIMEOUT);
        } finally {
            note();
        }
    }
}
