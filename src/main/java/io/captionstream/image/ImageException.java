package io.captionstream.image;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** An image that could not be had, and why. The message never holds credentials, queries or contents. */
public final class ImageException extends Exception {
    /** Where on its way an image failed. */
    public enum Stage {
        /** Before all encoded bytes were there. */
        FETCH,
        /** Between encoded bytes and pixels. */
        DECODE
    }

    private final ImageErrorCode code;
    private final Stage stage;

    public ImageException(ImageErrorCode code, Stage stage, String message) {
        this(code, stage, message, null);
    }

    public ImageException(ImageErrorCode code, Stage stage, String message, @Nullable Throwable cause) {
        super(requireNonNull(message, "message is null"), cause);
        this.code = requireNonNull(code, "code is null");
        this.stage = requireNonNull(stage, "stage is null");
    }

    static ImageException fetch(ImageErrorCode code, String message) {
        return new ImageException(code, Stage.FETCH, message);
    }

    static ImageException fetch(ImageErrorCode code, String message, Throwable cause) {
        return new ImageException(code, Stage.FETCH, message, cause);
    }

    static ImageException decode(ImageErrorCode code, String message) {
        return new ImageException(code, Stage.DECODE, message);
    }

    static ImageException decode(ImageErrorCode code, String message, Throwable cause) {
        return new ImageException(code, Stage.DECODE, message, cause);
    }

    public ImageErrorCode code() {
        return code;
    }

    public Stage stage() {
        return stage;
    }
}
