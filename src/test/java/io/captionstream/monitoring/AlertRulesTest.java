package io.captionstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the rules to each other and to their cases, which promtool evaluates over recorded samples. */
class AlertRulesTest {
    private static final Path CASES = Monitoring.FOLDER.resolve("tests/rules_test.yaml");

    @Test
    void shouldBeTheSameForTheOperator() {
        JsonNode resource = Monitoring.yaml(Monitoring.FOLDER.resolve("prometheusrule.yaml"));

        assertThat(resource.path("kind").asText()).isEqualTo("PrometheusRule");
        assertThat(resource.at("/spec/groups"))
                .isEqualTo(Monitoring.yaml(Monitoring.RULES).path("groups"));
    }

    @Test
    void shouldSayWhatIsWrongAndWhatToDo() throws IOException {
        String runbook = Files.readString(Path.of("docs/alerts.md"));

        assertThat(alerts()).hasSizeGreaterThan(10).allSatisfy(alert -> {
            String name = alert.path("alert").asText();
            assertThat(name).startsWith("Captionstream");
            assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning", "info");
            assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
            assertThat(alert.at("/annotations/description").asText()).endsWith(".");
            assertThat(alert.at("/annotations/runbook").asText())
                    .isEqualTo("docs/alerts.md#" + name.toLowerCase(Locale.ROOT));
            assertThat(runbook).contains("\n## " + name + "\n");
        });
    }

    @Test
    void shouldHaveCasesInWhichEachFiresAndInWhichItDoesNot() {
        Set<String> firing = new TreeSet<>();
        Set<String> silent = new TreeSet<>();
        for (JsonNode group : Monitoring.yaml(CASES).path("tests")) {
            for (JsonNode expected : group.path("alert_rule_test")) {
                (expected.path("exp_alerts").isEmpty() ? silent : firing)
                        .add(expected.path("alertname").asText());
            }
        }

        Set<String> names = new TreeSet<>();
        alerts().forEach(alert -> names.add(alert.path("alert").asText()));
        assertThat(firing).isEqualTo(names);
        assertThat(silent).isEqualTo(names);
    }

    @Test
    void shouldFireWhenItIsTime() throws Exception {
        Promtool.check(CASES.getParent(), "test", "rules", CASES.getFileName().toString());
    }

    @Test
    void shouldBeRulesInTheEyesOfPrometheus() throws Exception {
        Promtool.check(Monitoring.FOLDER, "check", "rules", "rules.yaml");
    }

    /** As rules, which is what promtool takes; variables of Grafana stand for values there. */
    @Test
    void shouldFindOnlyQueriesOfPrometheusInTheDashboards(@TempDir Path folder) throws Exception {
        YAMLMapper mapper = new YAMLMapper();
        ObjectNode file = mapper.createObjectNode();
        ObjectNode group = file.putArray("groups").addObject().put("name", "dashboards");
        ArrayNode rules = group.putArray("rules");
        Monitoring.expressions().forEach((where, expression) -> rules.addObject()
                .put("record", "query:" + rules.size())
                .put("expr", expression.replace("$__rate_interval", "5m")));
        mapper.writeValue(folder.resolve("queries.yaml").toFile(), file);

        assertThat(rules).hasSizeGreaterThan(50);
        Promtool.check(folder, "check", "rules", "queries.yaml");
    }

    private static List<JsonNode> alerts() {
        return Monitoring.rules().stream().filter(rule -> rule.has("alert")).toList();
    }
}
