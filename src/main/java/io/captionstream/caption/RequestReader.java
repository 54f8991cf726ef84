package io.captionstream.caption;

import com.google.common.collect.ImmutableSet;
import com.google.common.hash.Hashing;
import io.captionstream.event.CloudEventHeaders;
import io.captionstream.event.DecodingOverrides;
import io.captionstream.event.EventCodec;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.image.ImageReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes requests of image events, or says why not. Safe for use by many threads. */
final class RequestReader {
    private final EventCodec codec;
    private final DecodingPolicy decoding;
    private final Set<String> models;

    /** @param models names of all models, in the order in which an event that names none is captioned */
    RequestReader(EventCodec codec, DecodingPolicy decoding, Set<String> models) {
        this.codec = codec;
        this.decoding = decoding;
        this.models = ImmutableSet.copyOf(models);
    }

    /**
     * @throws RejectedEventException if the event will never have captions
     * @throws RegistryUnavailableException if it cannot be decoded now
     */
    CaptionRequest read(InFlightEntry entry) throws RejectedEventException {
        ImageEvent event = decode(entry);
        if (event.getId().isBlank()) {
            throw invalid("The id is blank");
        }
        return new CaptionRequest(
                event.getId(),
                reference(event.getUri(), event.getContent()),
                models(event.getModels()),
                decoding.resolve(event.getDecoding()),
                seed(event),
                event.getAttributes(),
                new EventOrigin(
                        entry.topic(), entry.partition(), entry.offset(), Instant.ofEpochMilli(entry.timestamp())));
    }

    /** Of an event that names none: a function of its id, so that another attempt draws the same captions. */
    private static long seed(ImageEvent event) {
        DecodingOverrides overrides = event.getDecoding();
        Long seed = overrides == null ? null : overrides.getSeed();
        return seed == null
                ? Hashing.farmHashFingerprint64()
                        .hashString(event.getId(), StandardCharsets.UTF_8)
                        .asLong()
                : seed;
    }

    private ImageEvent decode(InFlightEntry entry) throws RejectedEventException {
        if (entry.lacksValue()) {
            throw new RejectedEventException(
                    ErrorCode.EVENT_TOO_LARGE, Stage.EVENT, "The value has %d bytes".formatted(entry.valueBytes()));
        }
        byte[] value = entry.value();
        if (value == null) {
            throw invalid("There is no value");
        }
        if (CloudEventHeaders.isStructured(entry.headers())) {
            throw new RejectedEventException(
                    ErrorCode.UNDECODABLE_EVENT,
                    Stage.EVENT,
                    "The value is a CloudEvent in structured mode: send the image event as the value and the attributes"
                            + " as headers (binary mode)");
        }
        try {
            return codec.decodeImageEvent(entry.topic(), value);
        } catch (UndecodableEventException e) {
            throw new RejectedEventException(code(e.kind()), Stage.EVENT, String.valueOf(e.getMessage()), e);
        }
    }

    private static ErrorCode code(UndecodableEventException.Kind kind) {
        return switch (kind) {
            case NOT_AVRO, CORRUPT -> ErrorCode.UNDECODABLE_EVENT;
            case UNKNOWN_SCHEMA, UNANSWERED_SCHEMA, WRONG_SCHEMA -> ErrorCode.WRONG_SCHEMA;
        };
    }

    private static ImageReference reference(@Nullable String uri, @Nullable ByteBuffer content)
            throws RejectedEventException {
        if (uri != null && content == null) {
            return ImageReference.ofUri(uri);
        }
        if (uri == null && content != null) {
            return ImageReference.ofContent(bytes(content));
        }
        throw invalid(uri == null ? "There is neither a uri nor content" : "There are both a uri and content");
    }

    private static byte[] bytes(ByteBuffer content) {
        if (content.hasArray() && content.arrayOffset() == 0 && content.array().length == content.remaining()) {
            return content.array();
        }
        byte[] bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
        return bytes;
    }

    private List<String> models(List<String> asked) throws RejectedEventException {
        if (asked.isEmpty()) {
            return models.stream().toList();
        }
        for (String model : asked) {
            if (!models.contains(model)) {
                throw new RejectedEventException(
                        ErrorCode.UNKNOWN_MODEL, Stage.EVENT, "There is no such model here, only " + models);
            }
        }
        return asked.stream().distinct().toList();
    }

    private static RejectedEventException invalid(String reason) {
        return new RejectedEventException(ErrorCode.INVALID_EVENT, Stage.EVENT, reason);
    }
}
