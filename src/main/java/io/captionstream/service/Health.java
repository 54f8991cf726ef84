package io.captionstream.service;

import io.captionstream.learning.ModelStatus;
import io.captionstream.streams.StreamsState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * Health for probes, per role that the process plays. Started: models loaded and warmed. Ready: the role runs, has been
 * told its partitions and gets work done: its threads do not die over and over, its partitions make progress, and none of
 * its models fails on everything. Live: its threads come round and its models finish their batches; to wait for a broker
 * or for a model, or to catch up on lag is no reason to be restarted.
 */
@ApplicationScoped
class Health {
    private final ServiceLifecycle service;
    private final Duration stallTimeout;

    Health(ServiceLifecycle service, ServiceConfig config) {
        this.service = service;
        this.stallTimeout = config.health().stallTimeout();
    }

    @Produces
    @Startup
    HealthCheck started() {
        return () -> {
            var response = HealthCheckResponse.named("models")
                    .status(!service.plays(Role.CAPTION) || service.caption().modelsReady());
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
            if (!service.plays(Role.CAPTION)) {
                return notPlayed("caption");
            }
            Map<String, String> unavailable = service.caption().unavailable();
            var response = readiness(
                    "caption",
                    service.caption().state(),
                    service.caption().problem(),
                    service.caption().assignedPartitions());
            if (!unavailable.isEmpty()) {
                response.down();
            }
            service.caption().versions().forEach(response::withData);
            unavailable.forEach((model, reason) -> response.withData("model " + model, reason));
            String waitingFor = service.caption().waitingFor();
            if (waitingFor != null) {
                response.withData("waitingFor", waitingFor);
            }
            return response.build();
        };
    }

    @Produces
    @Readiness
    HealthCheck trainReady() {
        return () -> {
            if (!service.plays(Role.TRAIN)) {
                return notPlayed("train");
            }
            var response = readiness(
                    "train",
                    service.train().state(),
                    service.train().problem(),
                    service.train().assignedPartitions());
            service.train().models().forEach((model, status) -> response.withData(model, describe(status)));
            String waitingFor = service.train().waitingFor();
            if (waitingFor != null) {
                response.withData("waitingFor", waitingFor);
            }
            return response.build();
        };
    }

    /** To have no partitions is no reason to be unready: there may be more instances than partitions. */
    static HealthCheckResponseBuilder readiness(
            String role, StreamsState state, Optional<String> problem, int partitions) {
        var response = HealthCheckResponse.named(role)
                .status(state.isReady() && problem.isEmpty())
                .withData("state", state.name())
                .withData("partitions", partitions);
        problem.ifPresent(reason -> response.withData("reason", reason));
        return response;
    }

    private static String describe(ModelStatus status) {
        StringBuilder text = new StringBuilder(status.phase());
        if (status.runId() != null) {
            text.append(", run ").append(status.runId());
            text.append(", ").append(status.epochs()).append(" epochs done");
        }
        text.append(", ").append(status.freshPairs()).append(" new pairs");
        if (status.problem() != null) {
            text.append(", failed ")
                    .append(status.failures())
                    .append(" times: ")
                    .append(status.problem());
        }
        return text.toString();
    }

    /** A process is not held to what it was not asked to do. */
    private static HealthCheckResponse notPlayed(String role) {
        return HealthCheckResponse.named(role)
                .up()
                .withData("state", "NOT_PLAYED")
                .build();
    }

    @Produces
    @Liveness
    HealthCheck live() {
        return () ->
                liveness("caption", service.caption().state(), service.caption().stuck(stallTimeout));
    }

    @Produces
    @Liveness
    HealthCheck trainLive() {
        return () -> liveness("train", service.train().state(), service.train().stuck(stallTimeout));
    }

    private HealthCheckResponse liveness(String role, StreamsState state, Optional<String> stuck) {
        var response = HealthCheckResponse.named(role)
                .status(!service.failed() && state.isLive() && stuck.isEmpty())
                .withData("state", state.name());
        stuck.ifPresent(what -> response.withData("stuck", what));
        return response.build();
    }
}
