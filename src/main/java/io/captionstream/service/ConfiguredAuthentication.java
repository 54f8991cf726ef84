package io.captionstream.service;

import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.smallrye.jwt.runtime.auth.JWTAuthMechanism;
import io.quarkus.vertx.http.runtime.security.BasicAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.Set;

/** Asks callers who they are in the configured way, and in no other. */
@Alternative
@Priority(1)
@ApplicationScoped
class ConfiguredAuthentication implements HttpAuthenticationMechanism {
    private final Authentication authentication;
    private final BasicAuthenticationMechanism basic;
    private final JWTAuthMechanism bearer;

    ConfiguredAuthentication(ServiceConfig config, JWTAuthMechanism bearer) {
        this.authentication = config.page().authentication();
        this.basic = new BasicAuthenticationMechanism("Captionstream", false);
        this.bearer = bearer;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager identities) {
        return switch (authentication) {
            case NONE -> Uni.createFrom().nullItem();
            case BASIC -> basic.authenticate(context, identities);
            case BEARER -> bearer.authenticate(context, identities);
        };
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return authentication == Authentication.BEARER ? bearer.getChallenge(context) : basic.getChallenge(context);
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return authentication == Authentication.BEARER ? bearer.getCredentialTypes() : basic.getCredentialTypes();
    }
}
