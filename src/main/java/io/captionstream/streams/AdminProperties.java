package io.captionstream.streams;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Properties of the admin clients of preconditions, which are checked again and so give up soon. */
final class AdminProperties {
    /** How long an answer may take, unless the operator says otherwise. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private AdminProperties() {}

    /** The properties, with that patience where they have none. */
    static Map<String, Object> patient(Map<String, ?> properties) {
        Map<String, Object> patient = new HashMap<>(requireNonNull(properties, "adminProperties is null"));
        int millis = Math.toIntExact(PATIENCE.toMillis());
        patient.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
        patient.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis / 2);
        return patient;
    }
}
