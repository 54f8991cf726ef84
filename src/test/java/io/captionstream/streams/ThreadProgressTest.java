package io.captionstream.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThreadProgressTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private long minutes;
    private final ThreadProgress progress = new ThreadProgress(new Ticker() {
        @Override
        public long read() {
            return TimeUnit.MINUTES.toNanos(minutes);
        }
    });

    @Test
    void shouldNameTheThreadThatStandsStill() {
        assertThat(look(0, Map.of("a", 1.0, "b", 1.0))).isEmpty();
        assertThat(look(4, Map.of("a", 2.0, "b", 1.0))).isEmpty();
        assertThat(look(6, Map.of("a", 3.0, "b", 1.0))).contains("b");
        assertThat(look(7, Map.of("a", 3.0, "b", 2.0))).isEmpty();
    }

    @Test
    void shouldNotHoldAPauseBetweenLooksAgainstThreads() {
        assertThat(look(0, Map.of("a", 1.0))).isEmpty();
        assertThat(look(60, Map.of("a", 2.0))).isEmpty();
        assertThat(look(64, Map.of("a", 2.0))).isEmpty();
        assertThat(look(66, Map.of("a", 2.0))).contains("a");
    }

    @Test
    void shouldForgetThreadsThatAreGone() {
        assertThat(look(0, Map.of("a", 1.0))).isEmpty();
        assertThat(look(6, Map.of("replacement", 1.0))).isEmpty();
        assertThat(look(7, Map.of("a", 1.0, "replacement", 2.0))).isEmpty();
    }

    private Optional<String> look(long minute, Map<String, Double> counts) {
        minutes = minute;
        return progress.stuck(counts, LIMIT);
    }
}
