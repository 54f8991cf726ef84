package io.captionstream.image;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Gives the HTTP client only addresses it may connect to. It connects to exactly what it gets from here and does not ask
 * again, so that a name that changes its address between check and use gains nothing.
 */
final class GuardedDnsResolver implements DnsResolver {
    private final HostResolver resolver;
    private final AddressPolicy policy;

    GuardedDnsResolver(HostResolver resolver, AddressPolicy policy) {
        this.resolver = requireNonNull(resolver, "resolver is null");
        this.policy = requireNonNull(policy, "policy is null");
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] allowed = Stream.of(resolver.resolve(host))
                .filter(address -> policy.allows(host, address))
                .toArray(InetAddress[]::new);
        if (allowed.length == 0) {
            throw new ForbiddenAddressException(host);
        }
        return allowed;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** A host without any address that may be connected to. */
    static final class ForbiddenAddressException extends UnknownHostException {
        private static final long serialVersionUID = 1;

        ForbiddenAddressException(String host) {
            super(host);
        }
    }
}
