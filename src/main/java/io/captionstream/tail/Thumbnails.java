package io.captionstream.tail;

import static java.util.Objects.requireNonNull;

import io.captionstream.connection.LogReader;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.ImageInfo;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ImageLoader;
import io.captionstream.image.ImageReference;
import io.captionstream.image.LoadedImage;
import io.captionstream.image.ResizeMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Small pictures of the images that captions are of, from the image events that they name as their origin. */
public final class Thumbnails implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final LogReader images;
    private final Decoder decoder;
    private final ImageLoader loader;
    private final TerminalGraphics graphics;

    /** Decodes image events. */
    @FunctionalInterface
    public interface Decoder {
        ImageEvent decode(String topic, byte[] value) throws UndecodableEventException;
    }

    /**
     * @param images closed with this
     * @param loader decides what may be fetched; closed with this
     */
    public Thumbnails(LogReader images, Decoder decoder, ImageLoader loader, TerminalGraphics graphics) {
        this.images = requireNonNull(images, "images is null");
        this.decoder = requireNonNull(decoder, "decoder is null");
        this.loader = requireNonNull(loader, "loader is null");
        this.graphics = requireNonNull(graphics, "graphics is null");
    }

    /**
     * What to print; ends with a line break.
     *
     * @throws IOException if there is no picture, with the reason
     */
    public String of(CaptionEvent caption) throws IOException {
        ImageInfo info = caption.getImage();
        double scale = (double) graphics.side() / Math.max(info.getWidth(), info.getHeight());
        int width = Math.max(1, (int) Math.round(info.getWidth() * scale));
        int height = Math.max(1, (int) Math.round(info.getHeight() * scale));
        ImageGeometry geometry = new ImageGeometry(height, width, ResizeMode.STRETCH);
        LoadedImage image = load(reference(caption.getOrigin()), geometry);
        return graphics.render(requireNonNull(image.pixels().get(geometry)), width, height);
    }

    private ImageReference reference(EventOrigin origin) throws IOException {
        try {
            ConsumerRecord<byte[], byte[]> record = images.record(
                            new TopicPartition(origin.getTopic(), origin.getPartition()), origin.getOffset())
                    .orElseThrow(() -> new IOException("the image event is gone"));
            if (record.value() == null) {
                throw new IOException("the image event has no value");
            }
            ImageEvent event = decoder.decode(record.topic(), record.value());
            if (event.getUri() != null) {
                return ImageReference.ofUri(event.getUri());
            }
            ByteBuffer encoded = event.getContent();
            if (encoded == null) {
                throw new IOException("the image event has no image");
            }
            byte[] content = new byte[encoded.remaining()];
            encoded.duplicate().get(content);
            return ImageReference.ofContent(content);
        } catch (KafkaException | UndecodableEventException | RegistryUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private LoadedImage load(ImageReference reference, ImageGeometry geometry) throws IOException {
        try {
            return loader.load(reference, Set.of(geometry)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException("not within %d s".formatted(PATIENCE_SECONDS), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        images.close();
        loader.close();
    }
}
