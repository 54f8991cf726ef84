package io.captionstream.event;

/** The schema registry could not answer: down, overloaded or refusing our credentials. Worth trying again. */
public final class RegistryUnavailableException extends RuntimeException {
    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
