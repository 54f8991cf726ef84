package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.streams.StreamsState;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class HealthTest {
    @Test
    void shouldBeReadyWithoutPartitionsSinceThereMayBeMoreInstances() {
        HealthCheckResponse response = readiness(StreamsState.RUNNING, Optional.empty());

        assertThat(response.getStatus()).isEqualTo(Status.UP);
        assertThat(response.getData().orElseThrow())
                .containsEntry("state", "RUNNING")
                .containsEntry("partitions", 0L)
                .doesNotContainKey("reason");
    }

    @Test
    void shouldSayWhyItIsNotReadyThoughItRuns() {
        HealthCheckResponse response = readiness(StreamsState.RUNNING, Optional.of("stream threads die in a row"));

        assertThat(response.getStatus()).isEqualTo(Status.DOWN);
        assertThat(response.getData().orElseThrow()).containsEntry("reason", "stream threads die in a row");
    }

    @Test
    void shouldKeepTheReasonOfAFailure() {
        HealthCheckResponse response = readiness(StreamsState.FAILED, Optional.of("caption-events is compacted"));

        assertThat(response.getStatus()).isEqualTo(Status.DOWN);
        assertThat(response.getData().orElseThrow()).containsEntry("reason", "caption-events is compacted");
    }

    @Test
    void shouldNotBeReadyWhileItWaits() {
        assertThat(readiness(StreamsState.WAITING, Optional.empty()).getStatus())
                .isEqualTo(Status.DOWN);
    }

    private static HealthCheckResponse readiness(StreamsState state, Optional<String> problem) {
        return Health.readiness("caption", state, problem, 0).build();
    }
}
