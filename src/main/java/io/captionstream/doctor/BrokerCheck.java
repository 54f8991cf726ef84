package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.BROKER_ADVERTISED;
import static io.captionstream.doctor.Ailment.BROKER_CREDENTIALS;
import static io.captionstream.doctor.Ailment.BROKER_PROTOCOL;
import static io.captionstream.doctor.Ailment.BROKER_SETTINGS;
import static io.captionstream.doctor.Ailment.BROKER_SILENT;
import static io.captionstream.doctor.Ailment.BROKER_TLS;
import static io.captionstream.doctor.Ailment.BROKER_UNKNOWN_HOST;
import static io.captionstream.doctor.Ailment.BROKER_UNREACHABLE;

import com.google.common.net.HostAndPort;
import io.captionstream.connection.Connection;
import io.captionstream.connection.ConnectionSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;

/** The brokers are there and let the client in. */
final class BrokerCheck implements Check {
    private final ConnectionSettings settings;
    private final Connection connection;
    private final Duration patience;

    BrokerCheck(ConnectionSettings settings, Connection connection, Duration patience) {
        this.settings = settings;
        this.connection = connection;
        this.patience = patience;
    }

    @Override
    public String name() {
        return "brokers";
    }

    @Override
    public List<Finding> run() {
        List<Finding> unusable = reach();
        if (!unusable.isEmpty()) {
            return unusable;
        }
        try (Admin admin = connection.admin()) {
            Collection<Node> nodes = connection.await(admin.describeCluster().nodes());
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok(
                    name(),
                    "%s: %d broker%s"
                            .formatted(settings.bootstrapServers(), nodes.size(), nodes.size() == 1 ? "" : "s")));
            findings.addAll(unreachable(nodes));
            return findings;
        } catch (IOException e) {
            return List.of(refused(e.getCause() == null ? e : e.getCause()));
        } catch (KafkaException e) {
            return List.of(Finding.problem(
                    name(),
                    BROKER_SETTINGS,
                    "The Kafka client cannot be made: " + root(e),
                    "Mend captionstream.kafka.properties: security.protocol, sasl.*, ssl.* and what they refer to"));
        }
    }

    /** Those that a client is sent to in vain. */
    List<Finding> unreachable(Collection<Node> nodes) {
        return nodes.stream()
                .filter(node -> !accepts(new InetSocketAddress(node.host(), node.port())))
                .map(this::advertised)
                .toList();
    }

    /** What is wrong with the addresses; nothing if one at least accepts connections. */
    private List<Finding> reach() {
        boolean resolved = false;
        for (String server : settings.bootstrapServers().split(",")) {
            InetSocketAddress address;
            try {
                HostAndPort parsed = HostAndPort.fromString(server.strip());
                address = new InetSocketAddress(parsed.getHost(), parsed.getPort());
            } catch (IllegalArgumentException | IllegalStateException e) {
                return List.of(Finding.problem(
                        name(),
                        BROKER_SETTINGS,
                        "'%s' is no HOST:PORT".formatted(server),
                        "Mend captionstream.kafka.bootstrap-servers"));
            }
            resolved |= !address.isUnresolved();
            if (!address.isUnresolved() && accepts(address)) {
                return List.of();
            }
        }
        return List.of(
                resolved
                        ? Finding.problem(
                                name(),
                                BROKER_UNREACHABLE,
                                "Nothing accepts connections at " + settings.bootstrapServers(),
                                "Start the brokers, mend captionstream.kafka.bootstrap-servers, or let connections through: firewall, network policy, security group")
                        : Finding.problem(
                                name(),
                                BROKER_UNKNOWN_HOST,
                                "No host name resolves in " + settings.bootstrapServers(),
                                "Mend captionstream.kafka.bootstrap-servers or the name service: within a container, 127.0.0.1 and other machines' short names are others"));
    }

    private boolean accepts(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, Math.toIntExact(patience.toMillis()));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Finding advertised(Node node) {
        return Finding.problem(
                name(),
                BROKER_ADVERTISED,
                "The brokers say that one of them is at %s:%d, which cannot be reached from here"
                        .formatted(node.host(), node.port()),
                "Mend advertised.listeners of the brokers, or use the listener that is meant for clients from here");
    }

    private Finding refused(Throwable why) {
        if (why instanceof SslAuthenticationException) {
            return Finding.problem(
                    name(),
                    BROKER_TLS,
                    "TLS fails: " + root(why),
                    "See that ssl.truststore.location holds the authority of the brokers' certificates, that they name the host, and that ssl.keystore.location holds the client's if they want one");
        }
        if (why instanceof SaslAuthenticationException) {
            return Finding.problem(
                    name(),
                    BROKER_CREDENTIALS,
                    "The brokers refuse the credentials%s: %s".formatted(user(), why.getMessage()),
                    "Mend user name and password in captionstream.kafka.properties.\"sasl.jaas.config\", and see that sasl.mechanism is the one the user was made for");
        }
        if (why instanceof AuthenticationException) {
            return Finding.problem(
                    name(),
                    BROKER_PROTOCOL,
                    "The brokers want another security protocol: " + why.getMessage(),
                    "Set captionstream.kafka.properties.\"security.protocol\" and \"sasl.mechanism\" to those of the listener");
        }
        return Finding.problem(
                name(),
                BROKER_SILENT,
                "%s accepts connections and does not answer as this client speaks"
                        .formatted(settings.bootstrapServers()),
                "See that captionstream.kafka.properties.\"security.protocol\" (now %s) is the listener's, that the port is Kafka's, and that the brokers' advertised.listeners lead here"
                        .formatted(settings.kafkaProperties().getOrDefault("security.protocol", "PLAINTEXT")));
    }

    private String user() {
        String user = Principal.of(settings);
        return user.isEmpty() ? "" : " of " + user;
    }

    private static String root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
