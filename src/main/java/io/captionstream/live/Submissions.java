package io.captionstream.live;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.ImageEvent;
import io.captionstream.publish.ImagePublisher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Makes image events of what people drop onto a page. */
public final class Submissions {
    /** What ids of such events begin with; every feed tells what becomes of them. */
    public static final String ID_PREFIX = "page-";

    private static final int MAX_URI_CHARACTERS = 8192;
    private static final int PATIENCE_SECONDS = 30;
    private static final Map<String, String> ATTRIBUTES = Map.of("source", "page");

    private final ImagePublisher publisher;
    private final Clock clock;

    public Submissions(ImagePublisher publisher, Clock clock) {
        this.publisher = requireNonNull(publisher, "publisher is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * An image event that was written.
     *
     * @param id of the event, and key of its record
     */
    public record Submitted(String id, int partition, long offset) {}

    /**
     * Writes the image itself, whatever it is: the service says what is wrong with it.
     *
     * @throws IllegalArgumentException if there are no bytes, or too many for the topic
     * @throws IOException if it was not written
     */
    public Submitted content(byte[] image) throws IOException {
        checkArgument(image.length > 0, "There is no image in the request");
        return submit(event().setContent(ByteBuffer.wrap(image)));
    }

    /**
     * Writes where the image is.
     *
     * @throws IllegalArgumentException if that is blank or too long
     * @throws IOException if it was not written
     */
    public Submitted uri(String uri) throws IOException {
        String stripped = uri.strip();
        checkArgument(!stripped.isEmpty(), "The address is empty");
        checkArgument(
                stripped.length() <= MAX_URI_CHARACTERS,
                "The address has %s characters, %s at most are taken",
                stripped.length(),
                MAX_URI_CHARACTERS);
        return submit(event().setUri(stripped));
    }

    private ImageEvent.Builder event() {
        return ImageEvent.newBuilder()
                .setId(ID_PREFIX + UUID.randomUUID())
                .setAttributes(ATTRIBUTES)
                .setCreatedAt(clock.instant());
    }

    private Submitted submit(ImageEvent.Builder builder) throws IOException {
        ImageEvent event = builder.build();
        try {
            RecordMetadata written = publisher.publish(event).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return new Submitted(event.getId(), written.partition(), written.offset());
        } catch (ExecutionException e) {
            throw notWritten(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("The broker did not answer within %d s".formatted(PATIENCE_SECONDS), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while writing the event", e);
        }
    }

    private static IOException notWritten(Throwable failure) {
        if (failure.getCause() instanceof RecordTooLargeException) {
            throw new IllegalArgumentException(
                    "The topic does not take images of this size; its max.message.bytes decides", failure);
        }
        return failure instanceof IOException known ? known : new IOException(failure.getMessage(), failure);
    }
}
