package io.captionstream.streams;

import com.google.common.base.Throwables;
import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.streams.errors.StreamsException;
import org.jspecify.annotations.Nullable;

/**
 * Stream threads that died, and whether they do so in a row: two within {@link #WINDOW}, and none for less than
 * {@link #QUIET}. One that dies of something transient is replaced, and the work goes on; what kills its replacement, too, is
 * in the way of the work.
 */
final class ThreadDeaths {
    static final Duration WINDOW = Duration.ofMinutes(5);
    static final Duration QUIET = Duration.ofMinutes(1);

    private static final int LONGEST = 500;
    /** Kafka Streams says only in words which record a thread died of. */
    private static final Pattern RECORD = Pattern.compile("topic=(\\S+), partition=(\\d+), offset=(\\d+)");

    private final Ticker ticker;
    private final Deque<Long> deaths = new ArrayDeque<>();
    private @Nullable String last;

    ThreadDeaths(Ticker ticker) {
        this.ticker = ticker;
    }

    synchronized void died(Throwable cause) {
        deaths.addLast(ticker.read());
        while (deaths.size() > 2) {
            deaths.removeFirst();
        }
        last = describe(cause);
    }

    /** What the threads die of, while they do in a row. */
    synchronized Optional<String> inARow() {
        if (deaths.size() < 2
                || deaths.getLast() - deaths.getFirst() > WINDOW.toNanos()
                || ticker.read() - deaths.getLast() >= QUIET.toNanos()) {
            return Optional.empty();
        }
        return last().map(reason -> "stream threads die in a row, last of " + reason);
    }

    /** What a thread died of last. */
    synchronized Optional<String> last() {
        return Optional.ofNullable(last);
    }

    /** Class and message of what is at the bottom of it, and at which record or task it happened, if that is known. */
    static String describe(Throwable thrown) {
        Throwable root = Throwables.getRootCause(thrown);
        String text = "%s: %s".formatted(root.getClass().getSimpleName(), root.getMessage());
        String place = place(thrown).map(where -> " at " + where).orElse("");
        return (text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text) + place;
    }

    private static Optional<String> place(Throwable thrown) {
        for (Throwable cause : Throwables.getCausalChain(thrown)) {
            Matcher record = RECORD.matcher(String.valueOf(cause.getMessage()));
            if (record.find()) {
                return Optional.of("%s-%s, offset %s".formatted(record.group(1), record.group(2), record.group(3)));
            }
        }
        return Throwables.getCausalChain(thrown).stream()
                .filter(StreamsException.class::isInstance)
                .map(StreamsException.class::cast)
                .flatMap(cause -> cause.taskId().stream())
                .map(task -> "task " + task)
                .findFirst();
    }
}
