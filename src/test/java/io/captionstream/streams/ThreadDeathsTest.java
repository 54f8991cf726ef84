package io.captionstream.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import java.time.Duration;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.Test;

class ThreadDeathsTest {
    private Duration now = Duration.ZERO;
    private final ThreadDeaths deaths = new ThreadDeaths(new Ticker() {
        @Override
        public long read() {
            return now.toNanos();
        }
    });

    @Test
    void shouldForgiveOneDeath() {
        deaths.died(new IllegalStateException("transient"));

        assertThat(deaths.inARow()).isEmpty();
        assertThat(deaths.last()).contains("IllegalStateException: transient");
    }

    @Test
    void shouldSayWhatThreadsDieOfUntilTheyHaveLivedForAWhile() {
        deaths.died(new IllegalStateException("first"));
        now = now.plusSeconds(20);
        deaths.died(new IllegalStateException("second"));

        assertThat(deaths.inARow()).contains("stream threads die in a row, last of IllegalStateException: second");
        now = now.plus(ThreadDeaths.QUIET).minusNanos(1);
        assertThat(deaths.inARow()).isPresent();
        now = now.plusNanos(1);
        assertThat(deaths.inARow()).isEmpty();

        deaths.died(new IllegalStateException("third"));
        assertThat(deaths.inARow()).isPresent();
    }

    @Test
    void shouldNotCallItARowIfLongApart() {
        deaths.died(new IllegalStateException("a"));
        now = now.plus(ThreadDeaths.WINDOW).plusNanos(1);
        deaths.died(new IllegalStateException("b"));

        assertThat(deaths.inARow()).isEmpty();
    }

    @Test
    void shouldNameTheRecordOrTheTask() {
        assertThat(ThreadDeaths.describe(new StreamsException(
                        "Exception caught in process. taskId=0_3, processor=caption, topic=images, partition=3, offset=17",
                        new IllegalStateException("poisoned"))))
                .isEqualTo("IllegalStateException: poisoned at images-3, offset 17");
        assertThat(ThreadDeaths.describe(
                        new StreamsException("sending failed", new IllegalStateException("full"), new TaskId(0, 3))))
                .isEqualTo("IllegalStateException: full at task 0_3");
        assertThat(ThreadDeaths.describe(new IllegalStateException("x".repeat(10_000))))
                .hasSizeLessThan(600);
    }
}
