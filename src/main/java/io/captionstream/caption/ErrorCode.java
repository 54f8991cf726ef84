package io.captionstream.caption;

import static io.captionstream.caption.ErrorCategory.EVENT;
import static io.captionstream.caption.ErrorCategory.IMAGE;
import static io.captionstream.caption.ErrorCategory.INFERENCE;
import static io.captionstream.caption.ErrorCategory.INTERNAL;
import static java.util.Objects.requireNonNull;

import io.captionstream.image.ImageErrorCode;
import java.util.EnumMap;
import java.util.Map;

/**
 * Why an image event became a dead letter. The names are part of the dead letters' format: they may be added to, never
 * renamed. Those of {@link ErrorCategory#IMAGE} follow {@link ImageErrorCode}, where they are described.
 */
public enum ErrorCode {
    /** The value is not Avro in the registry's wire format, or its bytes do not fit their schema. */
    UNDECODABLE_EVENT(EVENT),
    /** The value was written with a schema that cannot be read as an image event, or that the registry does not know. */
    WRONG_SCHEMA(EVENT),
    /** No value, no id, or not exactly one of URI and content. */
    INVALID_EVENT(EVENT),
    /** A model was asked for that this service does not have. */
    UNKNOWN_MODEL(EVENT),
    /** Decoding options outside the service's limits. */
    INVALID_DECODING(EVENT),
    /** Decoding options that the bundle of a model asked for was exported without. */
    UNSUPPORTED_DECODING(EVENT),
    /** The record is larger than the service keeps; the dead letter lacks its value. */
    EVENT_TOO_LARGE(EVENT),
    /** It was deleted from its topic before it was captioned; the dead letter has neither its key nor its value. */
    EVENT_EXPIRED(EVENT),

    INVALID_REFERENCE(IMAGE),
    UNSUPPORTED_SCHEME(IMAGE),
    FORBIDDEN_ADDRESS(IMAGE),
    FORBIDDEN_PATH(IMAGE),
    FORBIDDEN_BUCKET(IMAGE),
    FORBIDDEN_REDIRECT(IMAGE),
    TOO_MANY_REDIRECTS(IMAGE),
    UNKNOWN_HOST(IMAGE),
    CONNECTION_FAILED(IMAGE),
    TLS_FAILED(IMAGE),
    INVALID_RESPONSE(IMAGE),
    TIMEOUT(IMAGE),
    NOT_FOUND(IMAGE),
    ACCESS_DENIED(IMAGE),
    REQUEST_REFUSED(IMAGE),
    TOO_MANY_REQUESTS(IMAGE),
    SERVER_ERROR(IMAGE),
    READ_FAILED(IMAGE),
    TOO_MANY_BYTES(IMAGE),
    EMPTY_IMAGE(IMAGE),
    NOT_AN_IMAGE(IMAGE),
    UNSUPPORTED_IMAGE(IMAGE),
    CORRUPT_IMAGE(IMAGE),
    TOO_MANY_PIXELS(IMAGE),
    /** There was no memory to decode the image in. */
    IMAGE_OUT_OF_MEMORY(IMAGE),
    /** The image failed for a reason that has no code of its own. */
    IMAGE_FAILED(IMAGE),

    /** A model failed on this image, alone in its batch. */
    INFERENCE_FAILED(INFERENCE),
    /** A model ran out of memory on this image, alone in its batch. */
    INFERENCE_OUT_OF_MEMORY(INFERENCE),

    /** The caption event would be larger than the service may write. */
    CAPTION_TOO_LARGE(INTERNAL),
    /** The topic of the caption events does not take it: it is compacted, and the event has no key. */
    CAPTION_REFUSED(INTERNAL),
    /** Again and again the service ended while it worked on this event, and on no other. */
    QUARANTINED(INTERNAL),
    /** A bug in this service. */
    INTERNAL_ERROR(INTERNAL);

    private static final Map<ImageErrorCode, ErrorCode> IMAGE_CODES = imageCodes();

    private final ErrorCategory category;

    ErrorCode(ErrorCategory category) {
        this.category = category;
    }

    public ErrorCategory category() {
        return category;
    }

    static ErrorCode of(ImageErrorCode code) {
        return requireNonNull(IMAGE_CODES.get(code));
    }

    private static Map<ImageErrorCode, ErrorCode> imageCodes() {
        Map<ImageErrorCode, ErrorCode> codes = new EnumMap<>(ImageErrorCode.class);
        for (ImageErrorCode image : ImageErrorCode.values()) {
            codes.put(image, IMAGE_FAILED);
            for (ErrorCode code : values()) {
                if (code.category == IMAGE && code.name().equals(image.name())) {
                    codes.put(image, code);
                }
            }
        }
        codes.put(ImageErrorCode.OUT_OF_MEMORY, IMAGE_OUT_OF_MEMORY);
        codes.put(ImageErrorCode.INTERNAL_ERROR, INTERNAL_ERROR);
        return codes;
    }
}
