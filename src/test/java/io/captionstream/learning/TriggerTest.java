package io.captionstream.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TriggerTest {
    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

    @Test
    void shouldGoOffAtANumberOfNewPairs() {
        Trigger trigger = Trigger.every(10);

        assertThat(trigger.due(9, NOON, NOON.plusSeconds(100_000))).isEmpty();
        assertThat(trigger.due(10, NOON, NOON)).contains("count");
    }

    @Test
    void shouldGoOffAfterAnIntervalIfThereAreNewPairs() {
        Trigger trigger = new Trigger(0, Duration.ofHours(1), null);

        assertThat(trigger.due(1, NOON, NOON.plusSeconds(3599))).isEmpty();
        assertThat(trigger.due(1, NOON, NOON.plusSeconds(3600))).contains("interval");
        assertThat(trigger.due(0, NOON, NOON.plusSeconds(3600))).isEmpty();
    }

    @Test
    void shouldGoOffAtTheTimesOfCronIfThereAreNewPairs() {
        Trigger trigger = new Trigger(0, null, new CronSchedule("30 2 * * *"));

        assertThat(trigger.due(1, NOON, Instant.parse("2026-03-05T02:29:59Z"))).isEmpty();
        assertThat(trigger.due(1, NOON, Instant.parse("2026-03-05T02:30:00Z"))).contains("cron");
        assertThat(trigger.due(1, NOON, Instant.parse("2026-03-09T02:30:00Z"))).contains("cron");
        assertThat(trigger.due(0, NOON, Instant.parse("2026-03-05T02:30:00Z"))).isEmpty();
    }

    @Test
    void shouldSayWhatIsWrongWithAnExpression() {
        assertThatThrownBy(() -> new CronSchedule("every day"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("every day");
        assertThatThrownBy(() -> new CronSchedule("61 * * * *"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("61 * * * *");
    }
}
