package io.captionstream.service;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Lets only those who have shown who they are see the page and ask for operations, unless nobody need. Probes and metrics
 * are for machines, which have no password.
 */
@ApplicationScoped
class AccessPolicy implements HttpSecurityPolicy {
    private static final Uni<CheckResult> PERMIT = Uni.createFrom().item(CheckResult.PERMIT);
    private static final Uni<CheckResult> DENY = Uni.createFrom().item(CheckResult.DENY);

    private final boolean open;

    AccessPolicy(ServiceConfig config) {
        this.open = config.page().authentication() == Authentication.NONE;
    }

    @Override
    public Uni<CheckResult> checkPermission(
            RoutingContext request, Uni<SecurityIdentity> identity, AuthorizationRequestContext context) {
        String path = request.normalizedPath();
        if (open || path.equals("/q/metrics") || path.equals("/q/health") || path.startsWith("/q/health/")) {
            return PERMIT;
        }
        return identity.flatMap(who -> who.isAnonymous() ? DENY : PERMIT);
    }
}
