package io.captionstream.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.Encoding;
import io.cloudevents.core.message.MessageReader;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The headers of CloudEvents in Kafka's binary mode: {@code ce_id} and the like beside a value that stays as it is. An
 * event that follows from another says so by the extension for correlation: {@code causationid} is the other's id, {@code
 * correlationid} that of the first in the row.
 */
public final class CloudEventHeaders {
    /** Of values in Avro, by its specification; here in the registry's wire format. */
    public static final String AVRO = "avro/binary";

    private static final String PREFIX = "ce_";
    private static final String CONTENT_TYPE = "content-type";
    private static final String STRUCTURED = "application/cloudevents";
    private static final String CORRELATION = "correlationid";
    private static final String CAUSATION = "causationid";
    private static final byte[] NO_VALUE = {};

    private CloudEventHeaders() {}

    /**
     * What an event of this service says of itself.
     *
     * @param source together with the id, what is one event to whoever sees it twice
     * @param type name of the schema
     * @param subject what it is about; null if nobody said
     */
    public record Description(
            URI source, String id, String type, @Nullable String subject, Instant time) {
        public Description {
            requireNonNull(source, "source is null");
            requireNonNull(id, "id is null");
            requireNonNull(type, "type is null");
            requireNonNull(time, "time is null");
        }
    }

    /** Whether the value is a CloudEvent in structured mode, which nothing here can read. */
    public static boolean isStructured(Iterable<Header> received) {
        for (Header header : received) {
            if (header.key().equalsIgnoreCase(CONTENT_TYPE) && isStructured(header.value())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isStructured(byte @Nullable [] contentType) {
        return contentType != null
                && new String(contentType, 0, Math.min(contentType.length, STRUCTURED.length()), UTF_8)
                        .equals(STRUCTURED);
    }

    /** Removes the attributes of a CloudEvent, if they are there: they are of another event than the one to be sent. */
    public static void remove(Headers headers) {
        for (Header header : headers) {
            if (isAttribute(header)) {
                HeaderList.removeIf(headers, CloudEventHeaders::describes);
                return;
            }
        }
    }

    private static boolean isAttribute(Header header) {
        return header.key().startsWith(PREFIX);
    }

    private static boolean describes(Header header) {
        return isAttribute(header) || header.key().equals(CONTENT_TYPE);
    }

    /**
     * Puts attributes in the place of those of the event that this one follows from.
     *
     * @param headers as received; changed
     */
    public static void replace(Headers headers, Description description) {
        Optional<CloudEvent> cause = read(headers);
        HeaderList.removeIf(headers, CloudEventHeaders::describes);
        CloudEventBuilder event = CloudEventBuilder.v1()
                .withId(description.id())
                .withSource(description.source())
                .withType(description.type())
                .withTime(description.time().atOffset(ZoneOffset.UTC))
                .withData(AVRO, NO_VALUE);
        if (description.subject() != null) {
            event.withSubject(description.subject());
        }
        cause.ifPresent(before -> {
            Object first = before.getExtension(CORRELATION);
            event.withExtension(CORRELATION, first == null ? before.getId() : first.toString());
            event.withExtension(CAUSATION, before.getId());
        });
        ProducerRecord<Void, byte[]> described =
                KafkaMessageFactory.createWriter("unused").writeBinary(event.build());
        described.headers().forEach(headers::add);
    }

    /**
     * The event in binary mode that the headers describe; empty if they do not, or not as they should. A header without a
     * value says nothing; of several with a name the last counts, as everywhere with Kafka.
     */
    public static Optional<CloudEvent> read(Headers headers) {
        Map<String, Header> attributes = new LinkedHashMap<>();
        for (Header header : headers) {
            if (describes(header) && header.value() != null) {
                attributes.put(header.key(), header);
            }
        }
        try {
            MessageReader reader = KafkaMessageFactory.createReader(new RecordHeaders(attributes.values()), NO_VALUE);
            return reader.getEncoding() == Encoding.BINARY ? Optional.of(reader.toEvent()) : Optional.empty();
        } catch (RuntimeException e) {
            // Whatever the SDK makes of what others write, it is no reason to stop.
            return Optional.empty();
        }
    }
}
