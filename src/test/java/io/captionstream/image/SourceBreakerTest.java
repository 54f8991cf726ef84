package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CONNECTION_FAILED;
import static io.captionstream.image.ImageErrorCode.SERVER_ERROR;
import static io.captionstream.image.ImageErrorCode.TIMEOUT;
import static io.captionstream.image.SourceBreaker.State.CLOSED;
import static io.captionstream.image.SourceBreaker.State.HALF_OPEN;
import static io.captionstream.image.SourceBreaker.State.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SourceBreakerTest {
    /** As of a ticker that is about to overflow. */
    private long now = Long.MAX_VALUE - 5;

    private final SourceBreaker breaker = new SourceBreaker(
            3,
            new SourceConfig(
                    8, 3, Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(60), Duration.ofDays(1)));

    @Test
    void shouldOpenAfterFailuresInARow() {
        fail(2);
        assertThat(breaker.state()).isEqualTo(CLOSED);
        breaker.answered();
        fail(2);
        assertThat(breaker.state()).isEqualTo(CLOSED);
        assertThat(breaker.tryAsk(now)).isTrue();
        fail(1);
        assertThat(breaker.state()).isEqualTo(OPEN);
        assertThat(breaker.code()).isEqualTo(TIMEOUT);
        assertThat(breaker.tryAsk(now)).isFalse();
    }

    @Test
    void shouldNotCountFailuresWithMuchTimeBetweenThem() {
        fail(2);
        sleep(61);
        fail(2);

        assertThat(breaker.state()).isEqualTo(CLOSED);
    }

    @Test
    void shouldCountFailuresThatTakeLong() {
        for (int i = 0; i < 3; i++) {
            long begun = now;
            sleep(300);
            breaker.failed(TIMEOUT, begun, now, false);
        }

        assertThat(breaker.state()).isEqualTo(OPEN);
    }

    @Test
    void shouldLetOneProbeThroughWhenThePauseIsOver() {
        fail(3);
        sleep(4);
        assertThat(breaker.tryAsk(now)).isFalse();
        sleep(1);
        assertThat(breaker.tryAsk(now)).isTrue();
        assertThat(breaker.state()).isEqualTo(HALF_OPEN);
        assertThat(breaker.tryAsk(now)).isFalse();

        breaker.answered();

        assertThat(breaker.state()).isEqualTo(CLOSED);
        assertThat(breaker.isFailing()).isFalse();
        assertThat(breaker.tryAsk(now)).isTrue();
    }

    @Test
    void shouldPauseLongerAfterEachProbeThatFails() {
        long first = now;
        fail(3);
        for (int pause : new int[] {5, 10, 15, 15}) {
            assertThat(breaker.askAgain() - now).isEqualTo(TimeUnit.SECONDS.toNanos(pause));
            sleep(pause);
            assertThat(breaker.tryAsk(now)).isTrue();
            breaker.failed(SERVER_ERROR, now, now, true);
            assertThat(breaker.state()).isEqualTo(OPEN);
            assertThat(breaker.code()).isEqualTo(SERVER_ERROR);
        }
        assertThat(breaker.failingSince()).isEqualTo(first);

        breaker.answered();
        fail(3);
        assertThat(breaker.askAgain() - now).isEqualTo(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void shouldNotTakeOldFailuresForTheProbes() {
        fail(3);
        long again = breaker.askAgain();
        fail(1);
        assertThat(breaker.askAgain()).isEqualTo(again);
        sleep(5);
        assertThat(breaker.tryAsk(now)).isTrue();

        fail(1);

        assertThat(breaker.state()).isEqualTo(HALF_OPEN);
    }

    @Test
    void shouldTakeAnOldAnswerForTheProbes() {
        fail(3);

        breaker.answered();

        assertThat(breaker.state()).isEqualTo(CLOSED);
    }

    @Test
    void shouldLetAnotherProbeThroughWhenOneSaidNothing() {
        fail(3);
        sleep(5);
        assertThat(breaker.tryAsk(now)).isTrue();

        breaker.abandoned(now);

        assertThat(breaker.state()).isEqualTo(OPEN);
        assertThat(breaker.tryAsk(now)).isTrue();
        breaker.failed(CONNECTION_FAILED, now, now, true);
        assertThat(breaker.askAgain() - now).isEqualTo(TimeUnit.SECONDS.toNanos(10));
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(TIMEOUT, now, now, false);
        }
    }

    private void sleep(int seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }
}
