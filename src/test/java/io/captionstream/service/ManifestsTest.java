package io.captionstream.service;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.captionstream.cli.CaptionstreamCommand;
import io.captionstream.event.Topics;
import io.captionstream.provision.TopicSpec;
import io.captionstream.provision.TopicState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the manifests in k8s to the application: what they configure, name and expect is what there is. */
class ManifestsTest {
    private static final Path BASE = Manifests.FOLDER.resolve("base");
    private static final Path COMPONENTS = Manifests.FOLDER.resolve("components");
    private static final Path OVERLAYS = Manifests.FOLDER.resolve("overlays");
    private static final int HTTP_PORT = 8080;
    private static final String SETTINGS = "captionstream.";
    private static final String VARIABLES = "CAPTIONSTREAM_";

    private final ServiceConfig defaults = SettingsTest.config(Map.of());

    @Test
    void shouldListEveryFileInAKustomization() throws IOException {
        for (Path file : Manifests.files(Manifests.FOLDER)) {
            if (!file.endsWith("kustomization.yaml")) {
                continue;
            }
            Path folder = file.getParent();
            JsonNode kustomization = Manifests.document(file);
            Set<String> listed = new TreeSet<>(Manifests.texts(kustomization.path("resources")));
            listed.addAll(Manifests.texts(kustomization.path("components")));
            Manifests.elements(kustomization.path("patches"))
                    .filter(patch -> patch.has("path"))
                    .forEach(patch -> listed.add(patch.get("path").asText()));
            Manifests.elements(kustomization.path("configMapGenerator"))
                    .flatMap(generator -> Manifests.texts(generator.path("files")).stream())
                    .forEach(entry -> listed.add(entry.substring(entry.indexOf('=') + 1)));

            assertThat(listed).as("%s", file).allSatisfy(name -> assertThat(folder.resolve(name))
                    .exists());
            assertThat(listed).as("%s", file).containsAll(namesIn(folder));
        }
    }

    @Test
    void shouldShipEveryDashboard() throws IOException {
        Path monitoring = COMPONENTS.resolve("monitoring");
        List<String> shipped = Manifests.texts(
                Manifests.document(monitoring.resolve("kustomization.yaml")).at("/configMapGenerator/0/files"));

        try (Stream<Path> dashboards = Files.list(monitoring.resolve("dashboards"))) {
            assertThat(shipped)
                    .containsExactlyInAnyOrderElementsOf(dashboards
                            .map(file -> monitoring.relativize(file).toString())
                            .toList());
        }
    }

    /** Files of a folder that nothing but its kustomization could use. */
    private static Set<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Set<String> names = new TreeSet<>();
            files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    // The rules for a plain Prometheus, which docker-compose.yml mounts.
                    .filter(name -> !name.equals("kustomization.yaml") && !name.equals("rules.yaml"))
                    .forEach(names::add);
            return names;
        }
    }

    @ParameterizedTest
    @CsvSource({"captioner,CAPTION,scram", "captioner,CAPTION,mtls", "trainer,TRAIN,scram", "trainer,TRAIN,mtls"})
    void shouldConfigureEachRoleWithWhatItKnows(String workload, Role role, String security) throws IOException {
        Map<String, String> properties = read(BASE.resolve("common.properties"));
        addNew(properties, read(BASE.resolve(workload + ".properties")));
        addNew(properties, read(COMPONENTS.resolve(security).resolve("security.properties")));
        Map<String, String> environment = variables(COMPONENTS.resolve(security).resolve(workload + ".yaml"));
        environment.putAll(variables(BASE.resolve(workload + ".yaml")));

        ServiceConfig config = config(properties, environment);

        assertThat(config.roles()).containsExactly(role);
        assertThat(role == Role.CAPTION ? StreamsProperties.caption(config) : StreamsProperties.train(config))
                .isNotEmpty();
        if (role == Role.CAPTION) {
            assertThat(new Settings(config, 1 << 30).caption().limits()).isNotNull();
        }
        assertThat(new Settings(config, 1 << 30).store()).isPresent();
        assertModelsAreInTheImage(config);
        assertMounted(config, workload);
    }

    @Test
    void shouldConfigureThePageWithWhatItKnows() throws IOException {
        Map<String, String> properties = read(BASE.resolve("common.properties"));
        addNew(properties, read(BASE.resolve("captioner.properties")));
        addNew(properties, read(COMPONENTS.resolve("page/page.properties")));

        ServiceConfig config = config(properties, variables(COMPONENTS.resolve("page/captioner.yaml")));

        assertThat(config.page().enabled()).isTrue();
        assertThat(config.page().users()).containsOnlyKeys("admin").doesNotContainValue("${PAGE_PASSWORD}");
    }

    @Test
    void shouldConfigureTheDemoWithWhatItKnows() throws IOException {
        Map<String, String> properties = read(OVERLAYS.resolve("demo/common.properties"));
        addNew(properties, read(OVERLAYS.resolve("demo/captioner.properties")));

        ServiceConfig config = config(properties, variables(OVERLAYS.resolve("demo/captioner.yaml")));

        assertThat(config.roles()).containsExactlyInAnyOrder(Role.CAPTION, Role.TRAIN);
        assertModelsAreInTheImage(config);
        assertMounted(config, "captioner");
        assertThat(config.store().uri().orElseThrow().getPath())
                .startsWith(config.stateDirectory().getParent().toString());
    }

    private static void assertModelsAreInTheImage(ServiceConfig config) {
        assertThat(config.models().orElseThrow())
                .allSatisfy(model -> assertThat(Path.of("/app/models").relativize(model))
                        .satisfies(name -> assertThat(Path.of("src/demo/models").resolve(name))
                                .isDirectory()));
    }

    private static void assertMounted(ServiceConfig config, String workload) throws IOException {
        JsonNode container = Manifests.containers(Manifests.document(BASE.resolve(workload + ".yaml")))
                .get(0);
        List<Path> writable = Manifests.elements(container.path("volumeMounts"))
                .filter(mount -> !mount.path("readOnly").asBoolean())
                .map(mount -> Path.of(mount.path("mountPath").asText()))
                .toList();
        assertThat(writable).contains(Path.of("/tmp")).anySatisfy(mount -> assertThat(config.stateDirectory())
                .startsWithRaw(mount));
    }

    private static Map<String, String> read(Path file) throws IOException {
        return Manifests.properties(Files.readString(file));
    }

    // All files end up in one folder, and nothing says which of them would win.
    private static void addNew(Map<String, String> properties, Map<String, String> added) {
        assertThat(properties).doesNotContainKeys(added.keySet().toArray(String[]::new));
        properties.putAll(added);
    }

    /** The environment of a pod: its variables, where a value comes from elsewhere the name of that. */
    private static Map<String, String> variables(Path workload) throws IOException {
        Map<String, String> variables = new HashMap<>();
        for (JsonNode variable :
                Manifests.containers(Manifests.document(workload)).get(0).path("env")) {
            variables.put(variable.path("name").asText(), variable.path("value").asText("from-elsewhere"));
        }
        return variables;
    }

    private static ServiceConfig config(Map<String, String> properties, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(properties);
        environment.forEach((name, value) -> {
            if (!name.startsWith("QUARKUS_") && !name.equals("JAVA_OPTS")) {
                all.put(name.startsWith(VARIABLES) ? key(name) : name, value);
            }
        });
        return SettingsTest.config(all);
    }

    // For keys of one word at each level, which is all that the manifests set this way.
    private static String key(String variable) {
        String rest = variable.substring(VARIABLES.length()).toLowerCase(Locale.ROOT);
        return SETTINGS + rest.replaceFirst("_", ".").replace('_', '-');
    }

    @ParameterizedTest
    @ValueSource(strings = {"captioner", "trainer"})
    void shouldProbeWhatTheServiceAnswers(String workload) throws IOException {
        JsonNode container = Manifests.containers(Manifests.document(BASE.resolve(workload + ".yaml")))
                .get(0);

        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(HTTP_PORT);
        Map<String, String> probes = Map.of(
                "startupProbe", "/q/health/started",
                "readinessProbe", "/q/health/ready",
                "livenessProbe", "/q/health/live");
        probes.forEach((probe, path) -> {
            assertThat(container.at("/" + probe + "/httpGet/path").asText()).isEqualTo(path);
            assertThat(container.at("/" + probe + "/httpGet/port").asText())
                    .isEqualTo(container.at("/ports/0/name").asText());
        });
    }

    @Test
    void shouldLeaveTimeForAnOrderlyEnd() throws IOException {
        assertThat(grace("captioner")).isGreaterThan(defaults.caption().closeTimeout());
        assertThat(grace("trainer"))
                .isGreaterThan(defaults.training()
                        .closeTimeout()
                        .plus(defaults.caption().closeTimeout()));
    }

    private static Duration grace(String workload) throws IOException {
        return Duration.ofSeconds(Manifests.document(BASE.resolve(workload + ".yaml"))
                .at("/spec/template/spec/terminationGracePeriodSeconds")
                .asLong());
    }

    @Test
    void shouldSelectThePodsThatThereAre() throws IOException {
        List<Map<String, String>> pods = new ArrayList<>();
        for (String workload : List.of("captioner", "trainer")) {
            JsonNode document = Manifests.document(BASE.resolve(workload + ".yaml"));
            Map<String, String> labels = Manifests.fields(document.at("/spec/template/metadata/labels"));
            assertThat(labels).containsAllEntriesOf(Manifests.fields(document.at("/spec/selector/matchLabels")));
            Manifests.elements(document.at("/spec/template/spec/topologySpreadConstraints"))
                    .forEach(spread -> assertThat(labels)
                            .containsAllEntriesOf(Manifests.fields(spread.at("/labelSelector/matchLabels"))));
            pods.add(labels);
        }
        Map<String, Integer> selected =
                Map.of("services.yaml", 2, "disruptionbudgets.yaml", 2, "networkpolicy.yaml", 1);
        for (String file : selected.keySet()) {
            List<JsonNode> objects = Manifests.documents(BASE.resolve(file));
            assertThat(objects).as(file).hasSize(selected.get(file));
            for (JsonNode object : objects) {
                assertThat(pods).as("%s %s", file, Manifests.name(object)).anySatisfy(labels -> assertThat(labels)
                        .containsAllEntriesOf(selector(object)));
            }
        }
        JsonNode monitor = Manifests.document(COMPONENTS.resolve("monitoring/podmonitor.yaml"));
        assertThat(pods).allSatisfy(labels -> assertThat(labels)
                .isNotEmpty()
                .containsAllEntriesOf(Manifests.fields(monitor.at("/spec/selector/matchLabels"))));
    }

    private static Map<String, String> selector(JsonNode object) {
        for (String place : List.of("/spec/selector/matchLabels", "/spec/podSelector/matchLabels", "/spec/selector")) {
            if (!object.at(place).isMissingNode()) {
                return Manifests.fields(object.at(place));
            }
        }
        throw new AssertionError(Manifests.name(object) + " selects nothing");
    }

    @Test
    void shouldRunAsNobodyWithoutRights() throws IOException {
        Map<Path, List<JsonNode>> objects = Manifests.objects(Manifests.FOLDER);
        int workloads = 0;
        for (Map.Entry<Path, List<JsonNode>> file : objects.entrySet()) {
            for (JsonNode object : file.getValue()) {
                boolean patch = !object.at("/spec/template/spec/containers/0").has("image");
                if (object.at("/spec/template/spec/containers").isMissingNode() || patch) {
                    continue;
                }
                workloads++;
                JsonNode pod = object.at("/spec/template/spec");
                assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean())
                        .as("%s runs as root", file.getKey())
                        .isTrue();
                assertThat(pod.at("/securityContext/seccompProfile/type").asText())
                        .as("%s", file.getKey())
                        .isEqualTo("RuntimeDefault");
                assertThat(pod.path("automountServiceAccountToken").asBoolean(true))
                        .as("%s has a token of the API server", file.getKey())
                        .isFalse();
                for (JsonNode container : Manifests.containers(object)) {
                    JsonNode rights = container.path("securityContext");
                    assertThat(rights.path("allowPrivilegeEscalation").asBoolean(true))
                            .as("%s", file.getKey())
                            .isFalse();
                    assertThat(Manifests.texts(rights.at("/capabilities/drop")))
                            .as("%s", file.getKey())
                            .containsExactly("ALL");
                    if (container.path("image").asText().equals("captionstream")) {
                        assertThat(rights.path("readOnlyRootFilesystem").asBoolean())
                                .as("%s", file.getKey())
                                .isTrue();
                    }
                }
            }
        }
        assertThat(workloads).isGreaterThanOrEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"cpu,captioner", "cpu,trainer", "gpu,captioner", "gpu,trainer", "demo,captioner"})
    void shouldUseTheCoresAndMemoryThatItAsksFor(String overlay, String workload) throws IOException {
        JsonNode container = Manifests.containers(
                        Manifests.document(OVERLAYS.resolve(overlay).resolve(workload + ".yaml")))
                .get(0);

        assertThat(Manifests.variable(container, "JAVA_OPTS"))
                .isEqualTo("-XX:ActiveProcessorCount="
                        + container.at("/resources/requests/cpu").asText());
        assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
        assertThat(container.at("/resources/limits").has("nvidia.com/gpu")).isEqualTo(overlay.equals("gpu"));
        assertThat(container.at("/resources/requests").path("nvidia.com/gpu").asInt())
                .isEqualTo(
                        container.at("/resources/limits").path("nvidia.com/gpu").asInt());
    }

    @Test
    void shouldDeclareTheTopicsThatTheServiceUses() throws IOException {
        List<JsonNode> topics = Manifests.documents(COMPONENTS.resolve("strimzi/topics.yaml"));

        assertThat(topics)
                .extracting(Manifests::name)
                .containsExactlyInAnyOrderElementsOf(Topics.defaults().all());
        for (JsonNode topic : topics) {
            boolean releases = Manifests.name(topic).equals(Topics.defaults().modelReleases());
            assertThat(topic.at("/spec/config/cleanup.policy").asText())
                    .as(Manifests.name(topic))
                    .isEqualTo(releases ? "compact" : "delete");
            assertThat(topic.at("/spec/replicas").asInt())
                    .isGreaterThan(topic.at("/spec/config/min.insync.replicas").asInt());
        }
        assertThat(topics.stream()
                        .filter(topic -> List.of("image-events", "caption-events", "image-events.dlq", "labeled-pairs")
                                .contains(Manifests.name(topic))))
                .hasSize(4)
                .allSatisfy(topic -> assertThat(
                                topic.at("/spec/config/max.message.bytes").asLong())
                        .isGreaterThanOrEqualTo(
                                defaults.caption().maxRecordSize().asLongValue()));
    }

    @Test
    void shouldDeclareTopicsThatTheServiceFindsNothingWrongWith() throws IOException {
        Map<String, JsonNode> declared = new HashMap<>();
        Manifests.documents(COMPONENTS.resolve("strimzi/topics.yaml"))
                .forEach(topic -> declared.put(Manifests.name(topic), topic));

        for (TopicSpec spec : TopicSpec.all(Topics.defaults(), 1)) {
            JsonNode topic = requireNonNull(declared.get(spec.name()));
            assertThat(spec.shortcomings(new TopicState(
                            spec.name(),
                            topic.at("/spec/partitions").asInt(),
                            topic.at("/spec/replicas").asInt(),
                            Manifests.fields(topic.at("/spec/config")))))
                    .as(spec.name())
                    .isEmpty();
        }
    }

    @Test
    void shouldLetEachRoleSeeTheSettingsOfItsTopics() throws IOException {
        for (JsonNode user : Manifests.ofKind(COMPONENTS.resolve("strimzi/users.yaml"), "KafkaUser").stream()
                .filter(user -> Set.of("captionstream-captioner", "captionstream-trainer")
                        .contains(Manifests.name(user)))
                .toList()) {
            assertThat(Manifests.elements(user.at("/spec/authorization/acls"))
                            .filter(acl -> acl.at("/resource/type").asText().equals("topic")))
                    .hasSizeGreaterThan(5)
                    .allSatisfy(acl ->
                            assertThat(Manifests.texts(acl.path("operations"))).contains("DescribeConfigs"));
        }
    }

    /** Kafka Streams passes on to its internal topics only what begins with {@code topic.}, and says nothing of the rest. */
    @Test
    void shouldSetInternalTopicsByNamesThatHaveAnEffect() throws IOException {
        List<Path> files = new ArrayList<>(List.of(Path.of("docker-compose.yml"), Path.of("docs/tuning.md")));
        try (Stream<Path> found = Files.walk(Manifests.FOLDER)) {
            found.filter(file -> file.toString().matches(".*\\.(yaml|properties)"))
                    .forEach(files::add);
        }
        Pattern withoutEffect =
                Pattern.compile("properties\\.\"?min\\.insync|PROPERTIES__MIN_INSYNC|`min\\.insync\\.replicas`");
        for (Path file : files) {
            assertThat(withoutEffect.matcher(Files.readString(file)).find())
                    .as("%s sets min.insync.replicas without topic.", file)
                    .isFalse();
        }
        assertThat(read(BASE.resolve("common.properties")))
                .containsEntry("captionstream.kafka.properties.\"topic.min.insync.replicas\"", "2");
    }

    @Test
    void shouldCreateTheDemosTopicsByACommandThatThereIs() throws IOException {
        JsonNode container = Manifests.containers(Manifests.document(OVERLAYS.resolve("demo/topics.yaml")))
                .get(0);

        assertKnown(Manifests.texts(container.path("args")));
        assertThat(container.path("image").asText()).isEqualTo("captionstream");
    }

    /** A command line that is not understood fails, whether or not it asks for help. */
    static void assertKnown(List<String> command) {
        List<String> help = new ArrayList<>(command);
        help.add("--help");
        assertThat(CaptionstreamCommand.run(help.toArray(String[]::new)))
                .as("%s", command)
                .isZero();
    }

    @Test
    void shouldScaleTheGroupThatReadsTheTopic() throws IOException {
        JsonNode scaled = Manifests.ofKind(COMPONENTS.resolve("keda/scaledobject.yaml"), "ScaledObject")
                .get(0);
        JsonNode lag = scaled.at("/spec/triggers/0/metadata");
        JsonNode topic = Manifests.documents(COMPONENTS.resolve("strimzi/topics.yaml")).stream()
                .filter(document ->
                        Manifests.name(document).equals(defaults.topics().imageEvents()))
                .findFirst()
                .orElseThrow();

        assertThat(scaled.at("/spec/scaleTargetRef/name").asText())
                .isEqualTo(Manifests.name(Manifests.document(BASE.resolve("captioner.yaml"))));
        assertThat(lag.path("topic").asText()).isEqualTo(defaults.topics().imageEvents());
        assertThat(lag.path("consumerGroup").asText())
                .isEqualTo(defaults.caption().applicationId());
        assertThat(scaled.at("/spec/maxReplicaCount").asInt())
                .isEqualTo(topic.at("/spec/partitions").asInt());
    }

    @Test
    void shouldScaleByARuleThatIsRecorded() throws IOException {
        JsonNode scaled = Manifests.ofKind(COMPONENTS.resolve("keda/scaledobject.yaml"), "ScaledObject")
                .get(0);
        JsonNode rules = Manifests.document(COMPONENTS.resolve("monitoring/prometheusrule.yaml"));
        List<String> recorded = Manifests.elements(rules.at("/spec/groups"))
                .flatMap(group -> Manifests.elements(group.path("rules")))
                .map(rule -> rule.path("record").asText())
                .toList();
        Matcher metric = Pattern.compile("captionstream:[a-z_:]+")
                .matcher(scaled.at("/spec/triggers/1/metadata/query").asText());

        assertThat(metric.find()).isTrue();
        assertThat(recorded).contains(metric.group());
    }

    @Test
    void shouldLetTheScalerSeeItsGroupOnly() throws IOException {
        JsonNode user = Manifests.ofKind(COMPONENTS.resolve("keda/user.yaml"), "KafkaUser")
                .get(0);

        assertThat(Manifests.elements(user.at("/spec/authorization/acls")))
                .hasSize(2)
                .allSatisfy(acl ->
                        assertThat(Manifests.texts(acl.path("operations"))).containsExactly("Describe"));
        assertThat(Manifests.elements(user.at("/spec/authorization/acls"))
                        .map(acl -> acl.at("/resource/name").asText()))
                .containsExactly(
                        defaults.topics().imageEvents(), defaults.caption().applicationId());
    }
}
