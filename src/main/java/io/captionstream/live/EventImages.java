package io.captionstream.live;

import static java.util.Objects.requireNonNull;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.captionstream.connection.Connection;
import io.captionstream.connection.LogReader;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageException;
import io.captionstream.image.ImageLoader;
import io.captionstream.image.ImageReference;
import io.captionstream.image.Thumbnail;
import io.captionstream.image.VerifiedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Small pictures of the images that image events carry or name. Images that are named are fetched again, under the rules
 * of the service; few at a time, as nobody's captions must wait for them. Safe for use by several threads.
 */
public final class EventImages implements AutoCloseable {
    private static final int LONGER_SIDE = 480;
    private static final int CACHED = 256;
    private static final int AT_ONCE = 2;
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
    private static final int PATIENCE_SECONDS = 20;

    private final Connection connection;
    private final ConfluentEventCodec codec;
    private final String topic;
    private final ImageLoader loader;
    private final ImageDecoder decoder = ImageDecoder.withDefaultLimits();
    private final Semaphore turns = new Semaphore(AT_ONCE);
    private final Cache<Position, byte[]> pictures =
            CacheBuilder.newBuilder().maximumSize(CACHED).build();
    private @Nullable LogReader reader;

    /** Where an image event is. */
    private record Position(int partition, long offset) {}

    /**
     * @param connection stays the caller's to close, after this
     * @param topic of the image events
     * @param loader fetches images that are named; closed with this
     */
    public EventImages(Connection connection, String topic, ImageLoader loader) {
        this.connection = requireNonNull(connection, "connection is null");
        this.codec = connection.codec();
        this.topic = requireNonNull(topic, "topic is null");
        this.loader = requireNonNull(loader, "loader is null");
    }

    /**
     * A small JPEG of an image event's image.
     *
     * @return empty if there is no such event, or no longer, or its image cannot be had
     * @throws IOException if broker or registry do not answer, or too many others wait for pictures
     */
    public Optional<byte[]> picture(int partition, long offset) throws IOException {
        Position position = new Position(partition, offset);
        byte[] known = pictures.getIfPresent(position);
        if (known != null) {
            return Optional.of(known);
        }
        try {
            if (!turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("Too many pictures are asked for at once");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for a picture", e);
        }
        try {
            Optional<byte[]> made = make(position);
            made.ifPresent(jpeg -> pictures.put(position, jpeg));
            return made;
        } finally {
            turns.release();
        }
    }

    private Optional<byte[]> make(Position position) throws IOException {
        byte[] value = value(position);
        if (value == null) {
            return Optional.empty();
        }
        try {
            ImageEvent event = codec.decode(topic, value, ImageEvent.class);
            byte[] encoded = encoded(event);
            return encoded == null
                    ? Optional.empty()
                    : Optional.of(Thumbnail.of(encoded, LONGER_SIDE, decoder).jpeg());
        } catch (UndecodableEventException | ImageException e) {
            return Optional.empty();
        } catch (RegistryUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private byte @Nullable [] encoded(ImageEvent event) {
        ByteBuffer content = event.getContent();
        if (content != null) {
            byte[] bytes = new byte[content.remaining()];
            content.duplicate().get(bytes);
            return bytes;
        }
        String uri = event.getUri();
        return uri == null ? null : fetch(uri);
    }

    private byte @Nullable [] fetch(String uri) {
        CompletableFuture<VerifiedImage> image = loader.verify(ImageReference.ofUri(uri));
        try {
            return image.get(PATIENCE_SECONDS, TimeUnit.SECONDS).encoded();
        } catch (ExecutionException | TimeoutException e) {
            image.cancel(true);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            image.cancel(true);
            return null;
        }
    }

    /** The record's value at a position; null if there is none. */
    private synchronized byte @Nullable [] value(Position position) throws IOException {
        try {
            LogReader opened = reader;
            if (opened == null) {
                opened = new LogReader(connection.reader(), READ_TIMEOUT);
                reader = opened;
            }
            return opened.record(new TopicPartition(topic, position.partition()), position.offset())
                    .map(ConsumerRecord::value)
                    .orElse(null);
        } catch (KafkaException e) {
            throw new IOException("Cannot read %s: %s".formatted(topic, e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        loader.close();
        synchronized (this) {
            if (reader != null) {
                reader.close();
                reader = null;
            }
        }
    }
}
