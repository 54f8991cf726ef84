package io.captionstream.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateGuardTest {
    @Test
    void shouldLetTheLimitPassInAnyWindow() {
        RateGuard guard = new RateGuard(2, Duration.ofNanos(10));

        assertThat(guard.tryAcquire(100)).isTrue();
        assertThat(guard.tryAcquire(105)).isTrue();
        assertThat(guard.tryAcquire(109)).isFalse();
        assertThat(guard.tryAcquire(110)).isTrue();
        assertThat(guard.tryAcquire(114)).isFalse();
        assertThat(guard.tryAcquire(115)).isTrue();
    }
}
