package io.captionstream.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Kubernetes' manifests and other YAML of the repository, as trees. */
final class Manifests {
    static final Path FOLDER = Path.of("k8s");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Manifests() {}

    /** All documents of a file. */
    static List<JsonNode> documents(Path file) throws IOException {
        return documents(Files.readString(file));
    }

    static List<JsonNode> documents(String yaml) {
        List<JsonNode> documents = new ArrayList<>();
        yaml().loadAll(yaml).forEach(document -> documents.add(JSON.valueToTree(document)));
        return documents;
    }

    /** The only document of a file. */
    static JsonNode document(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    static JsonNode parse(String yaml) {
        return JSON.valueToTree(yaml().load(yaml));
    }

    // Unlike Jackson's, this reader follows aliases and merges.
    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }

    /** YAML files beneath a folder, kustomizations included. */
    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    /** Every object beneath a folder, patches included, by the file that it is in. */
    static Map<Path, List<JsonNode>> objects(Path folder) throws IOException {
        Map<Path, List<JsonNode>> objects = new LinkedHashMap<>();
        for (Path file : files(folder)) {
            if (!file.endsWith("kustomization.yaml")) {
                objects.put(
                        file,
                        documents(file).stream()
                                .filter(document -> document.has("kind"))
                                .toList());
            }
        }
        return objects;
    }

    /** The objects of a kind in a file. */
    static List<JsonNode> ofKind(Path file, String kind) throws IOException {
        return documents(file).stream()
                .filter(document -> document.path("kind").asText().equals(kind))
                .toList();
    }

    static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static List<String> texts(JsonNode array) {
        return elements(array).map(JsonNode::asText).toList();
    }

    /** Fields with their values as text. */
    static Map<String, String> fields(JsonNode object) {
        Map<String, String> fields = new LinkedHashMap<>();
        object.fieldNames()
                .forEachRemaining(name -> fields.put(name, object.get(name).asText()));
        return fields;
    }

    /** The containers of a workload. */
    static List<JsonNode> containers(JsonNode workload) {
        return elements(workload.at("/spec/template/spec/containers")).toList();
    }

    /** The value of an environment variable, or the empty text. */
    static String variable(JsonNode container, String name) {
        return elements(container.path("env"))
                .filter(variable -> variable.path("name").asText().equals(name))
                .map(variable -> variable.path("value").asText())
                .findFirst()
                .orElse("");
    }

    static Map<String, String> properties(String text) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        Map<String, String> map = new LinkedHashMap<>();
        properties.forEach((key, value) -> map.put(key.toString(), value.toString()));
        return map;
    }
}
