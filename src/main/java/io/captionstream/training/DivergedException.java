package io.captionstream.training;

/** A run whose loss is no longer a number. */
public final class DivergedException extends RuntimeException {
    DivergedException(String message) {
        super(message);
    }
}
