package io.captionstream.service;

import io.captionstream.streams.StreamsState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * Health for probes. Started: models loaded and warmed. Ready: events are processed. Live: not beyond help; waiting for
 * a broker or catching up on lag is no reason to be restarted.
 */
@ApplicationScoped
class Health {
    private final ServiceLifecycle service;

    Health(ServiceLifecycle service) {
        this.service = service;
    }

    @Produces
    @Startup
    HealthCheck started() {
        return () -> {
            var response =
                    HealthCheckResponse.named("models").status(service.caption().modelsReady());
            service.caption()
                    .precisions()
                    .forEach((model, choice) -> response.withData(model, choice.precision() + ": " + choice.reason()));
            return response.build();
        };
    }

    @Produces
    @Readiness
    HealthCheck ready() {
        return () -> {
            StreamsState state = service.caption().state();
            var response =
                    HealthCheckResponse.named("caption").status(state.isReady()).withData("state", state.name());
            service.caption().versions().forEach(response::withData);
            String waitingFor = service.caption().waitingFor();
            if (waitingFor != null) {
                response.withData("waitingFor", waitingFor);
            }
            return response.build();
        };
    }

    @Produces
    @Liveness
    HealthCheck live() {
        return () -> HealthCheckResponse.named("caption")
                .status(!service.failed() && service.caption().state().isLive())
                .withData("state", service.caption().state().name())
                .build();
    }
}
