package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.Set;

/**
 * What applies to http and https. Cookies, credentials, proxies and compressed transfer are not supported on purpose.
 *
 * @param connectTimeout time to open a connection to one address
 * @param maxRedirects redirects that are followed, 0 or more
 * @param allowDowngrade whether a redirect may lead from https to http
 * @param allowedHosts host names, exact, which may resolve to addresses that are otherwise forbidden
 * @param allowedNetworks networks in CIDR notation ({@code 10.1.0.0/16}, {@code ::1/128}) that are not forbidden
 */
public record HttpConfig(
        Duration connectTimeout,
        int maxRedirects,
        boolean allowDowngrade,
        Set<String> allowedHosts,
        Set<String> allowedNetworks) {
    public HttpConfig {
        checkArgument(connectTimeout.toMillis() >= 1, "connectTimeout must be positive: %s", connectTimeout);
        checkArgument(maxRedirects >= 0, "maxRedirects must not be negative: %s", maxRedirects);
        allowedHosts = ImmutableSet.copyOf(allowedHosts);
        allowedNetworks = ImmutableSet.copyOf(allowedNetworks);
        allowedNetworks.forEach(Network::parse);
    }

    public static HttpConfig defaults() {
        return new HttpConfig(Duration.ofSeconds(3), 5, false, Set.of(), Set.of());
    }

    public HttpConfig withAllowedNetworks(Set<String> networks) {
        return new HttpConfig(connectTimeout, maxRedirects, allowDowngrade, allowedHosts, networks);
    }
}
