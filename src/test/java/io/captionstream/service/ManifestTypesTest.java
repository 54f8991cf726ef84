package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads the manifests into the types of their APIs, which know every field and no others. */
class ManifestTypesTest {
    private static final Map<String, Class<?>> TYPES = Map.ofEntries(
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/Secret", Secret.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("batch/v1/Job", Job.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class),
            Map.entry("kafka.strimzi.io/v1/KafkaTopic", KafkaTopic.class),
            Map.entry("kafka.strimzi.io/v1/KafkaUser", KafkaUser.class));
    /** KEDA publishes no types for Java; ManifestsTest looks at what matters in these. */
    private static final Set<String> WITHOUT_TYPES =
            Set.of("keda.sh/v1alpha1/ScaledObject", "keda.sh/v1alpha1/TriggerAuthentication");

    /** The types keep fields that they do not know; here those are mistakes. */
    private static final JsonMapper STRICT = JsonMapper.builder()
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated a) {
                    return false;
                }
            })
            .build();

    @Test
    void shouldHaveOnlyFieldsThatThereAre() throws IOException {
        Set<String> kinds = new HashSet<>();
        for (Map.Entry<Path, List<JsonNode>> file :
                Manifests.objects(Manifests.FOLDER).entrySet()) {
            for (JsonNode object : file.getValue()) {
                kinds.add(check(object));
            }
        }
        assertThat(kinds).hasSizeGreaterThan(10);
    }

    @Test
    void shouldNoticeAFieldThatThereIsNot() throws IOException {
        ObjectNode deployment = (ObjectNode) Manifests.document(Manifests.FOLDER.resolve("base/captioner.yaml"));
        ((ObjectNode) deployment.at("/spec/template/spec/containers/0/startupProbe")).put("periodSecond", 1);

        assertThatThrownBy(() -> check(deployment))
                .isInstanceOf(UnrecognizedPropertyException.class)
                .hasMessageContaining("periodSecond");
    }

    /** Returns API and kind. */
    private static String check(JsonNode object) throws JsonProcessingException {
        String type =
                object.path("apiVersion").asText() + "/" + object.path("kind").asText();
        if (!WITHOUT_TYPES.contains(type)) {
            assertThat(TYPES).containsKey(type);
            JsonNode plain = object.deepCopy();
            withoutDirectives(plain);
            assertThat(STRICT.treeToValue(plain, TYPES.get(type))).isNotNull();
        }
        return type;
    }

    /** Takes away what tells Kustomize how to patch. */
    private static void withoutDirectives(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove("$patch");
        }
        node.forEach(ManifestTypesTest::withoutDirectives);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu", "demo"})
    void shouldRenderWhereKustomizeIs(String overlay) throws Exception {
        List<JsonNode> objects = render(Manifests.FOLDER.resolve("overlays").resolve(overlay));

        List<String> configMaps = new ArrayList<>();
        for (JsonNode object : objects) {
            if (check(object).equals("v1/ConfigMap")) {
                configMaps.add(Manifests.name(object));
            }
        }
        assertThat(objects)
                .filteredOn(object -> object.at("/spec/template/spec/containers/0/name")
                        .asText()
                        .equals("captionstream"))
                .hasSize(overlay.equals("demo") ? 1 : 2)
                .allSatisfy(workload -> {
                    assertThat(workload.at("/spec/template/spec/containers/0/image")
                                    .asText())
                            .matches(".*captionstream:.+");
                    assertThat(Manifests.elements(workload.at("/spec/template/spec/volumes"))
                                    .flatMap(volume -> Manifests.elements(volume.at("/projected/sources"))))
                            .hasSize(2)
                            .allSatisfy(source -> assertThat(configMaps)
                                    .contains(source.at("/configMap/name").asText()));
                });
    }

    private static List<JsonNode> render(Path overlay) throws Exception {
        List<String> command = kustomize();
        assumeThat(command).as("kubectl or kustomize on the PATH").isNotEmpty();
        List<String> all = new ArrayList<>(command);
        all.add(overlay.toString());
        Process process = new ProcessBuilder(all)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return Manifests.documents(output);
    }

    private static List<String> kustomize() {
        if (onPath("kustomize")) {
            return List.of("kustomize", "build");
        }
        return onPath("kubectl") ? List.of("kubectl", "kustomize") : List.of();
    }

    private static boolean onPath(String program) {
        Stream<String> folders = Arrays.stream(System.getenv("PATH").split(File.pathSeparator));
        return folders.anyMatch(folder -> new File(folder, program).canExecute());
    }
}
