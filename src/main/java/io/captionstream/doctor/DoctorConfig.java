package io.captionstream.doctor;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.connection.ConnectionSettings;
import io.captionstream.event.Topics;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.store.StoreConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a service is set to, as far as it can be looked at from outside.
 *
 * @param roles what the process is to do; one at least
 * @param registers whether the service registers schemas itself
 * @param store null if there is none
 * @param models folders of bundles
 * @param folders that the service writes to; they need not exist
 * @param minimumDisk bytes that should be free in each of them
 * @param patience how long brokers and registry may take to answer
 */
public record DoctorConfig(
        ConnectionSettings connection,
        Topics topics,
        List<RoleNeeds> roles,
        boolean registers,
        @Nullable StoreConfig store,
        List<Path> models,
        List<Path> folders,
        long minimumDisk,
        CaptionerConfig.Device device,
        Duration patience,
        Clock clock) {
    public DoctorConfig {
        requireNonNull(topics, "topics is null");
        roles = List.copyOf(roles);
        checkArgument(!roles.isEmpty(), "there is no role");
        models = List.copyOf(models);
        folders = List.copyOf(folders);
        requireNonNull(device, "device is null");
        requireNonNull(clock, "clock is null");
        connection = impatient(connection, patience);
    }

    /** With time-outs that do not try a person's patience, unless they are set. */
    private static ConnectionSettings impatient(ConnectionSettings settings, Duration patience) {
        String millis = Long.toString(patience.toMillis());
        Map<String, String> kafka = new HashMap<>(settings.kafkaProperties());
        for (String key : List.of("default.api.timeout.ms", "request.timeout.ms", "max.block.ms")) {
            kafka.putIfAbsent(key, millis);
        }
        Map<String, String> registry = new HashMap<>(settings.registryProperties());
        for (String key : List.of("http.connect.timeout.ms", "http.read.timeout.ms")) {
            registry.putIfAbsent(key, millis);
        }
        return new ConnectionSettings(settings.bootstrapServers(), kafka, settings.registryUrl(), registry);
    }

    boolean trains() {
        return roles.stream().anyMatch(RoleNeeds::trains);
    }

    boolean captions() {
        return roles.stream().anyMatch(role -> !role.trains());
    }
}
