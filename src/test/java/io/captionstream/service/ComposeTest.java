package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.captionstream.event.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds docker-compose.yml to the application. */
class ComposeTest {
    private static final Path FILE = Path.of("docker-compose.yml");
    private static final Set<String> ONE_SHOT = Set.of("topics", "schemas", "bucket");

    @Test
    void shouldStartInOrder() throws IOException {
        Map<String, JsonNode> services = services(FILE);

        services.forEach((name, service) -> {
            assertThat(service.has("healthcheck") || ONE_SHOT.contains(name))
                    .as("%s says when it is ready", name)
                    .isTrue();
            service.path("depends_on").fields().forEachRemaining(dependency -> assertThat(
                            dependency.getValue().path("condition").asText())
                    .as("%s needs %s", name, dependency.getKey())
                    .isEqualTo(
                            ONE_SHOT.contains(dependency.getKey())
                                    ? "service_completed_successfully"
                                    : "service_healthy"));
            assertThat(services.keySet())
                    .containsAll(Manifests.fields(service.path("depends_on")).keySet());
        });
    }

    @Test
    void shouldBeReachableFromThisMachineOnly() throws IOException {
        services(FILE).forEach((name, service) -> assertThat(Manifests.texts(service.path("ports")))
                .as(name)
                .allMatch(port -> port.startsWith("127.0.0.1:")));
    }

    @Test
    void shouldPinVersions() throws IOException {
        services(FILE).forEach((name, service) -> {
            if (!service.has("build")) {
                assertThat(service.path("image").asText()).as(name).matches(".+:v?\\d+\\.\\d+\\.?\\d*");
            }
        });
    }

    @Test
    void shouldCreateTheTopicsThatTheServiceUses() throws IOException {
        String script =
                services(FILE).get("topics").path("command").get(0).asText().replace("$$", "$");

        assertThat(script(script))
                .containsExactlyInAnyOrderElementsOf(Topics.defaults().all());
        ManifestsTest.assertKnown(Manifests.texts(services(FILE).get("schemas").path("command")));
    }

    /** Names of the topics that a shell script creates: those of its loops and of its single commands. */
    private static Set<String> script(String text) {
        Set<String> names = new HashSet<>();
        text.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("for topic in "))
                .map(line -> line.replaceFirst("for topic in (.*); do", "$1").split(" "))
                .forEach(all -> names.addAll(List.of(all)));
        Matcher single = Pattern.compile("--topic ([a-z.-]+)").matcher(text);
        while (single.find()) {
            names.add(single.group(1));
        }
        return names;
    }

    @ParameterizedTest
    @ValueSource(strings = {"captioner", "trainer"})
    void shouldConfigureEachRoleWithWhatItKnows(String service) throws IOException {
        JsonNode compose = Manifests.document(FILE);
        ServiceConfig config = SettingsTest.config(Manifests.properties(
                compose.at("/configs/" + service + "/content").asText().replace("$$", "$")));
        JsonNode definition = services(FILE).get(service);

        assertThat(config.roles()).containsExactly(service.equals("captioner") ? Role.CAPTION : Role.TRAIN);
        assertThat(definition.at("/configs/0/target").asText()).isEqualTo("/app/config/application.properties");
        assertThat(hosts(config)).allMatch(services(FILE)::containsKey);
        assertThat(config.models().orElseThrow()).allSatisfy(model -> assertThat(Path.of("src/demo/models")
                        .resolve(Path.of("/app/models").relativize(model)))
                .isDirectory());
        assertThat(services(FILE).get("bucket").path("command").get(0).asText())
                .contains("-name " + config.store().uri().orElseThrow().getHost());
    }

    private static List<String> hosts(ServiceConfig config) {
        return List.of(
                config.kafka().bootstrapServers().split(":")[0],
                java.net.URI.create(config.schemaRegistry().url()).getHost(),
                config.store().endpoint().orElseThrow().getHost());
    }

    @Test
    void shouldScrapeWhatTheServiceServes() throws IOException {
        JsonNode prometheus = Manifests.parse(
                Manifests.document(FILE).at("/configs/prometheus/content").asText());
        JsonNode monitor = Manifests.document(Manifests.FOLDER.resolve("components/monitoring/podmonitor.yaml"));

        assertThat(prometheus.at("/scrape_configs/0/metrics_path").asText())
                .isEqualTo(monitor.at("/spec/podMetricsEndpoints/0/path").asText());
        assertThat(Manifests.texts(prometheus.at("/scrape_configs/0/static_configs/0/targets")))
                .allSatisfy(target -> assertThat(services(FILE)).containsKey(target.split(":")[0]));
    }

    @Test
    void shouldMountWhatThereIs() throws IOException {
        JsonNode compose = Manifests.document(FILE);
        Set<String> volumes = Manifests.fields(compose.path("volumes")).keySet();
        Set<String> configs = Manifests.fields(compose.path("configs")).keySet();

        services(FILE).forEach((name, service) -> {
            for (String volume : Manifests.texts(service.path("volumes"))) {
                String source = volume.split(":")[0];
                assertThat(source.startsWith("./") ? Files.exists(Path.of(source)) : volumes.contains(source))
                        .as("%s mounts %s", name, source)
                        .isTrue();
            }
            Manifests.elements(service.path("configs")).forEach(config -> assertThat(configs)
                    .contains(config.path("source").asText()));
        });
    }

    @Test
    void shouldPutTheCaptionerOnAGpuByAnOverride() throws IOException {
        Map<String, JsonNode> override = services(Path.of("docker-compose.gpu.yml"));

        assertThat(services(FILE)).containsKeys(override.keySet().toArray(String[]::new));
        JsonNode captioner = override.get("captioner");
        assertThat(Path.of(captioner.at("/build/dockerfile").asText())).exists();
        assertThat(captioner.at("/environment/CAPTIONSTREAM_INFERENCE_DEVICE").asText())
                .isEqualTo("gpu");
        assertThat(captioner
                        .at("/deploy/resources/reservations/devices/0/capabilities/0")
                        .asText())
                .isEqualTo("gpu");
    }

    /** Services by name, with what they share with others merged in, as compose does. */
    private static Map<String, JsonNode> services(Path file) throws IOException {
        Map<String, JsonNode> services = new LinkedHashMap<>();
        Manifests.document(file)
                .path("services")
                .fields()
                .forEachRemaining(service -> services.put(service.getKey(), service.getValue()));
        return services;
    }
}
