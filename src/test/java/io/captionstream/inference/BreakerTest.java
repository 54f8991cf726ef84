package io.captionstream.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.VerifyException;
import io.captionstream.inference.Breaker.State;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException.Code;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Breaker breaker = new Breaker(
            "fake",
            BreakerConfig.of(new DecodingOptions(1, 20, 0)),
            ticker,
            Clock.fixed(Instant.parse("2026-01-02T03:04:05.678Z"), ZoneOffset.UTC));

    @Test
    void shouldBeClosedAtFirst() {
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.unavailable()).isEmpty();
        assertThatThrownBy(() -> breaker.nanosUntilCheck(0)).isInstanceOf(VerifyException.class);
        assertThatThrownBy(breaker::halfOpen).isInstanceOf(VerifyException.class);
    }

    @Test
    void shouldSaySinceWhenTheModelIsUnavailableAndWhatFailedLast() {
        breaker.open("first");
        breaker.open("second");

        assertThat(breaker.isOpen()).isTrue();
        assertThat(breaker.unavailable()).contains("unavailable since 2026-01-02T03:04:05Z: second");
        assertThat(breaker.refusal().code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(breaker.refusal()).hasMessage("Model fake is unavailable since 2026-01-02T03:04:05Z: second");
    }

    @Test
    void shouldPauseLongerEachTimeUpToTheMaximum() {
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            breaker.open("again");
            assertThat(breaker.nanosUntilCheck(ticker.read()))
                    .isEqualTo(Duration.ofSeconds(seconds).toNanos());
            ticker.advance(Duration.ofSeconds(seconds));
            assertThat(breaker.nanosUntilCheck(ticker.read())).isZero();
        }
    }

    @Test
    void shouldBeginWithAShortPauseAfterItWasClosed() {
        breaker.open("first");
        breaker.open("again");
        breaker.close();
        assertThat(breaker.unavailable()).isEmpty();

        breaker.open("later");

        assertThat(breaker.nanosUntilCheck(ticker.read()))
                .isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void shouldKeepTheModelUnavailableWhileHalfOpen() {
        breaker.open("first");
        breaker.halfOpen();

        assertThat(breaker.isOpen()).isFalse();
        assertThat(breaker.unavailable()).isPresent();

        breaker.open("again");
        assertThat(breaker.nanosUntilCheck(ticker.read()))
                .isEqualTo(Duration.ofSeconds(2).toNanos());
    }
}
