package io.captionstream.demo;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** Why an event became a dead letter, for a person to read. */
final class DeadLetterReason {
    private DeadLetterReason() {}

    static String of(Headers headers) {
        return "%s (%s): %s"
                .formatted(
                        text(headers, "captionstream.error.code"),
                        text(headers, "captionstream.error.stage"),
                        text(headers, "captionstream.error.reason"));
    }

    private static String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null ? "?" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
