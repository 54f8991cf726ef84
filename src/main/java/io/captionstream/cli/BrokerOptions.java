package io.captionstream.cli;

import io.captionstream.connection.ConnectionSettings;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of all commands that use brokers and schema registry. */
final class BrokerOptions {
    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Brokers (default: captionstream.kafka.bootstrap-servers, else 127.0.0.1:9092).")
    @Nullable
    String bootstrapServers;

    @Option(
            names = "--schema-registry",
            paramLabel = "URL",
            description = "Default: captionstream.schema-registry.url, else http://127.0.0.1:8081.")
    @Nullable
    String schemaRegistry;

    @Option(
            names = "--kafka-property",
            paramLabel = "KEY=VALUE",
            description = "Any other property of the Kafka clients; wins over captionstream.kafka.properties.")
    Map<String, String> kafkaProperties = Map.of();

    @Option(
            names = "--registry-property",
            paramLabel = "KEY=VALUE",
            description =
                    "Any other property of the registry's client; wins over captionstream.schema-registry.properties.")
    Map<String, String> registryProperties = Map.of();

    ConnectionSettings settings() {
        CommandSettings settings = new CommandSettings();
        Map<String, String> kafka = settings.map("kafka.properties");
        kafka.putAll(kafkaProperties);
        Map<String, String> registry = settings.map("schema-registry.properties");
        registry.putAll(registryProperties);
        return new ConnectionSettings(
                bootstrapServers != null
                        ? bootstrapServers
                        : settings.text("kafka.bootstrap-servers", "127.0.0.1:9092"),
                kafka,
                schemaRegistry != null ? schemaRegistry : settings.text("schema-registry.url", "http://127.0.0.1:8081"),
                registry);
    }
}
