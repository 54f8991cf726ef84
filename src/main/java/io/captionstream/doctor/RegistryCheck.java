package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.REGISTRY_ADDRESS;
import static io.captionstream.doctor.Ailment.REGISTRY_CREDENTIALS;
import static io.captionstream.doctor.Ailment.REGISTRY_UNREACHABLE;

import io.captionstream.connection.Connection;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;

/** The registry is there and lets the client in. */
final class RegistryCheck implements Check {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int SERVER_ERROR = 500;

    private final Connection connection;

    RegistryCheck(Connection connection) {
        this.connection = connection;
    }

    @Override
    public String name() {
        return "registry";
    }

    @Override
    public List<Finding> run() {
        String url = connection.settings().registryUrl();
        try {
            int subjects = connection.registry().getAllSubjects().size();
            return List.of(Finding.ok(name(), "%s: %d subjects".formatted(url, subjects)));
        } catch (RestClientException e) {
            return List.of(answered(url, e));
        } catch (ConnectException | UnknownHostException | SocketTimeoutException e) {
            return List.of(unreachable(url, e));
        } catch (IOException e) {
            return List.of(address(url, String.valueOf(e.getMessage())));
        }
    }

    private Finding answered(String url, RestClientException e) {
        if (e.getStatus() == UNAUTHORIZED || e.getStatus() == FORBIDDEN) {
            return Finding.problem(
                    name(),
                    REGISTRY_CREDENTIALS,
                    "%s refuses the credentials: %s".formatted(url, e.getMessage()),
                    "Set captionstream.schema-registry.properties.\"basic.auth.credentials.source\"=USER_INFO and \"basic.auth.user.info\"=NAME:PASSWORD, or the token that it wants");
        }
        return e.getStatus() >= SERVER_ERROR ? unreachable(url, e) : address(url, String.valueOf(e.getMessage()));
    }

    private Finding unreachable(String url, Exception e) {
        return Finding.problem(
                name(),
                REGISTRY_UNREACHABLE,
                "%s does not answer: %s".formatted(url, e.getMessage()),
                "Start the registry, mend captionstream.schema-registry.url, or let connections through. Until it answers, events wait");
    }

    private Finding address(String url, String why) {
        return Finding.problem(
                name(),
                REGISTRY_ADDRESS,
                "%s does not answer as a schema registry: %s".formatted(url, why),
                "Mend captionstream.schema-registry.url: it is the address before /subjects, of Apicurio the one that ends in /apis/ccompat/v7; and see that its certificate is trusted");
    }
}
