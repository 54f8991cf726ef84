package io.captionstream.service.api;

import io.captionstream.service.OperationsSettings;
import io.captionstream.service.ServiceConfig;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lets only those requests pass that change nothing, unless changes are switched on. */
class ChangesEnabled {
    private static final Set<String> LOOKING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final boolean enabled;

    ChangesEnabled(ServiceConfig config) {
        this.enabled = new OperationsSettings(config).enabled();
    }

    @ServerRequestFilter
    Optional<Response> filter(ContainerRequestContext request) {
        if (enabled || LOOKING.contains(request.getMethod()) || isSubmission(request)) {
            return Optional.empty();
        }
        return Optional.of(Problem.of(
                Response.Status.FORBIDDEN,
                "Operations over HTTP are switched off; captionstream.operations.enabled=true switches them on"));
    }

    /** Of an image to be captioned, which has a switch of its own. */
    private static boolean isSubmission(ContainerRequestContext request) {
        return request.getUriInfo().getPath().equals("/api/live/images");
    }
}
