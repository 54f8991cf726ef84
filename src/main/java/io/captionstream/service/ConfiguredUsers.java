package io.captionstream.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.UsernamePasswordAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.util.Map;

/** Knows the users of {@code captionstream.page.users} by their passwords. */
@ApplicationScoped
class ConfiguredUsers implements IdentityProvider<UsernamePasswordAuthenticationRequest> {
    private final Map<String, String> passwords;

    ConfiguredUsers(ServiceConfig config) {
        this.passwords = config.page().authentication() == Authentication.BASIC
                ? Map.copyOf(config.page().users())
                : Map.of();
    }

    @Override
    public Class<UsernamePasswordAuthenticationRequest> getRequestType() {
        return UsernamePasswordAuthenticationRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            UsernamePasswordAuthenticationRequest request, AuthenticationRequestContext context) {
        String password = passwords.get(request.getUsername());
        byte[] given = digest(new String(request.getPassword().getPassword()));
        // Takes as long for a user who does not exist as for a wrong password.
        boolean equal = MessageDigest.isEqual(given, digest(password == null ? "" : password));
        if (password == null || !equal) {
            return Uni.createFrom().failure(new AuthenticationFailedException());
        }
        return Uni.createFrom()
                .item(QuarkusSecurityIdentity.builder()
                        .setPrincipal(new QuarkusPrincipal(request.getUsername()))
                        .build());
    }

    private static byte[] digest(String text) {
        return Hashing.sha256().hashString(text, UTF_8).asBytes();
    }
}
