package io.captionstream.replay;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Splitter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.jspecify.annotations.Nullable;

/**
 * Where a range of a topic begins or ends.
 *
 * @param spec the same for all partitions; null if there are offsets
 * @param offsets by partition; empty if there is a spec
 */
record LogBound(@Nullable OffsetSpec spec, Map<Integer, Long> offsets) {
    private static final Pattern MILLIS = Pattern.compile("\\d{1,18}");
    private static final Pattern OFFSETS = Pattern.compile("\\d{1,9}:\\d{1,18}(,\\d{1,9}:\\d{1,18})*");

    /** What a bound may look like, for messages. */
    static final String FORMS = "earliest, latest, a time (2026-01-02T03:04:05Z, or milliseconds since 1970),"
            + " or offsets by partition (0:100,1:250)";

    /**
     * Parses a bound.
     *
     * @throws IllegalArgumentException if it has none of the {@link #FORMS}
     */
    static LogBound parse(String text) {
        if (text.equals("earliest")) {
            return new LogBound(OffsetSpec.earliest(), Map.of());
        }
        if (text.equals("latest")) {
            return new LogBound(OffsetSpec.latest(), Map.of());
        }
        if (MILLIS.matcher(text).matches()) {
            return new LogBound(OffsetSpec.forTimestamp(Long.parseLong(text)), Map.of());
        }
        if (OFFSETS.matcher(text).matches()) {
            return new LogBound(null, offsets(text));
        }
        try {
            return new LogBound(OffsetSpec.forTimestamp(Instant.parse(text).toEpochMilli()), Map.of());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'%s' is none of: %s".formatted(text, FORMS), e);
        }
    }

    private static Map<Integer, Long> offsets(String text) {
        Map<Integer, Long> offsets = new LinkedHashMap<>();
        for (String entry : Splitter.on(',').split(text)) {
            int colon = entry.indexOf(':');
            int partition = Integer.parseInt(entry.substring(0, colon));
            Long before = offsets.put(partition, Long.parseLong(entry.substring(colon + 1)));
            checkArgument(before == null, "partition %s is named twice: %s", partition, text);
        }
        return offsets;
    }
}
