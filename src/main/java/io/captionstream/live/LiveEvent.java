package io.captionstream.live;

import static java.util.Objects.requireNonNull;

/**
 * Something that a page is told.
 *
 * @param name kind of the event
 * @param data a record that says what happened, to be written as JSON
 */
public record LiveEvent(String name, Object data) {
    public static final String CAPTION = "caption";
    public static final String DEAD_LETTER = "dead-letter";
    public static final String REPORT = "report";
    public static final String RELEASE = "release";
    public static final String VITALS = "vitals";

    public LiveEvent {
        requireNonNull(name, "name is null");
        requireNonNull(data, "data is null");
    }
}
