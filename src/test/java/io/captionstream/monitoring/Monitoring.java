package io.captionstream.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The dashboards and rules that come with the service. */
public final class Monitoring {
    static final Path FOLDER = Path.of("k8s/components/monitoring");
    static final Path RULES = FOLDER.resolve("rules.yaml");

    private static final Pattern QUERY = Pattern.compile("label_values\\((.*), *(\\w+)\\)");

    private Monitoring() {}

    static List<Path> dashboards() {
        try (Stream<Path> files = Files.list(FOLDER.resolve("dashboards"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode yaml(Path file) {
        try {
            return new YAMLMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rules with what they record or alert on. */
    static List<JsonNode> rules() {
        return yaml(RULES).at("/groups").findValues("rules").stream()
                .flatMap(rules ->
                        Stream.iterate(0, i -> i < rules.size(), i -> i + 1).map(rules::get))
                .toList();
    }

    /** Every expression of dashboards and rules, by where it stands. */
    public static Map<String, String> expressions() {
        Map<String, String> expressions = new LinkedHashMap<>();
        for (JsonNode rule : rules()) {
            expressions.put(
                    "rule " + rule.path("alert").asText(rule.path("record").asText()),
                    rule.path("expr").asText());
        }
        for (Path file : dashboards()) {
            JsonNode dashboard = json(file);
            for (JsonNode panel : dashboard.path("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    expressions.put(
                            "%s: %s %s (%s)"
                                    .formatted(
                                            file.getFileName(),
                                            panel.path("id"),
                                            panel.path("title").asText(),
                                            target.path("refId").asText()),
                            target.path("expr").asText());
                }
            }
            for (JsonNode annotation : dashboard.at("/annotations/list")) {
                expressions.put(
                        file.getFileName() + ": " + annotation.path("name").asText(),
                        annotation.path("expr").asText());
            }
            for (JsonNode variable : dashboard.at("/templating/list")) {
                Matcher query = QUERY.matcher(variable.path("definition").asText());
                if (query.matches()) {
                    expressions.put(
                            file.getFileName() + ": $" + variable.path("name").asText(), query.group(1));
                }
            }
        }
        return expressions;
    }

    /** Names that rules record. */
    public static List<String> recorded() {
        return rules().stream()
                .map(rule -> rule.path("record").asText())
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
