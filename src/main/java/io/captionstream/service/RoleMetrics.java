package io.captionstream.service;

import io.captionstream.streams.StreamsState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.Supplier;

/** The states of the roles that the process plays. */
final class RoleMetrics {
    private RoleMetrics() {}

    static void bind(MeterRegistry meters, Role role, Supplier<StreamsState> current) {
        for (StreamsState state : StreamsState.values()) {
            Gauge.builder("captionstream.role.state", current, now -> now.get() == state ? 1 : 0)
                    .description("1 for the state that the role is in")
                    .tag("role", role.name().toLowerCase(Locale.ROOT))
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .strongReference(true)
                    .register(meters);
        }
    }
}
