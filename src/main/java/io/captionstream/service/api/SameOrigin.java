package io.captionstream.service.api;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that a browser makes for a page of another site and that would change something: a password that the
 * browser knows would be sent along. Every browser says which page it asks for; who says nothing is none.
 */
class SameOrigin {
    private static final Set<String> LOOKING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Set<String> OWN = Set.of("same-origin", "none");

    @ServerRequestFilter
    Optional<Response> filter(ContainerRequestContext request) {
        if (LOOKING.contains(request.getMethod())) {
            return Optional.empty();
        }
        String site = request.getHeaderString("Sec-Fetch-Site");
        String origin = request.getHeaderString("Origin");
        boolean own = site != null ? OWN.contains(site) : origin == null || isOwn(origin, host(request));
        return own
                ? Optional.empty()
                : Optional.of(Problem.of(Response.Status.FORBIDDEN, "The request comes from a page of another site"));
    }

    private static @Nullable String host(ContainerRequestContext request) {
        // What the browser asked for, where a proxy says so: other pages cannot set it.
        String forwarded = request.getHeaderString("X-Forwarded-Host");
        return forwarded == null ? request.getHeaderString(HttpHeaders.HOST) : forwarded;
    }

    private static boolean isOwn(String origin, @Nullable String host) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null
                    && host != null
                    && authority.toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
