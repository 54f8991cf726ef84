package io.captionstream.image;

import com.google.common.collect.ImmutableSet;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which addresses this service connects to on behalf of an event: public unicast ones and those the operator lists. The
 * ranges are those that IANA's special-purpose address registries mark as not globally reachable, and the metadata
 * services of clouds, which lie in them but for one.
 */
final class AddressPolicy {
    private static final List<Network> FORBIDDEN_V4 = networks(
            "0.0.0.0/8", // this network; 0.0.0.0 reaches the local host
            "10.0.0.0/8",
            "100.64.0.0/10", // carrier-grade NAT, Alibaba's metadata service
            "127.0.0.0/8",
            "168.63.129.16/32", // Azure's platform service
            "169.254.0.0/16", // link-local, most metadata services
            "172.16.0.0/12",
            "192.0.0.0/24", // protocol assignments, Oracle's metadata service
            "192.0.2.0/24",
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4", // multicast
            "240.0.0.0/4"); // reserved, broadcast

    /** All else is loopback, link-local, unique local, multicast, discard-only or unassigned. */
    private static final Network GLOBAL_V6 = Network.parse("2000::/3");

    private static final List<Network> FORBIDDEN_V6 = networks(
            "2001::/23", // protocol assignments, Teredo
            "2001:db8::/32",
            "3fff::/20", // documentation
            "5f00::/16"); // segment routing

    private static final Network NAT64 =
            new Network(Network.parse("64:ff9b::/96").address(), 96);
    private static final Network SIX_TO_FOUR = Network.parse("2002::/16");
    /** As a literal it would be taken for the IPv4 address inside of it. */
    private static final Network MAPPED_V4 =
            new Network(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0}, 96);

    private final Set<String> allowedHosts;
    private final List<Network> allowedNetworks;

    AddressPolicy(HttpConfig config) {
        this.allowedHosts =
                config.allowedHosts().stream().map(AddressPolicy::normalize).collect(ImmutableSet.toImmutableSet());
        this.allowedNetworks =
                config.allowedNetworks().stream().map(Network::parse).toList();
    }

    /** Whether to connect to the address that the host stands for. */
    boolean allows(String host, InetAddress address) {
        return allowedHosts.contains(normalize(host))
                || allowedNetworks.stream().anyMatch(network -> network.contains(address))
                || isPublic(address.getAddress());
    }

    private static boolean isPublic(byte[] address) {
        if (address.length == 4) {
            return FORBIDDEN_V4.stream().noneMatch(network -> network.contains(address));
        }
        // Addresses that carry an IPv4 address lead to it.
        if (NAT64.contains(address) || MAPPED_V4.contains(address)) {
            return isPublic(Arrays.copyOfRange(address, 12, 16));
        }
        if (SIX_TO_FOUR.contains(address) && !isPublic(Arrays.copyOfRange(address, 2, 6))) {
            return false;
        }
        if (isIsatap(address) && !isPublic(Arrays.copyOfRange(address, 12, 16))) {
            return false;
        }
        return GLOBAL_V6.contains(address) && FORBIDDEN_V6.stream().noneMatch(network -> network.contains(address));
    }

    /** RFC 5214: interface identifier 0000:5efe or 0200:5efe, then an IPv4 address. */
    private static boolean isIsatap(byte[] address) {
        return (address[8] & ~2) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == (byte) 0xfe;
    }

    private static String normalize(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static List<Network> networks(String... cidrs) {
        return Stream.of(cidrs).map(Network::parse).toList();
    }
}
