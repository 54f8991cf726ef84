package io.captionstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DashboardTest {
    private static final int COLUMNS = 24;
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([a-zA-Z]\\w*)");

    static Iterable<Path> dashboards() {
        return Monitoring.dashboards();
    }

    @Test
    void shouldHaveIdentitiesOfTheirOwn() {
        assertThat(Monitoring.dashboards()).hasSizeGreaterThanOrEqualTo(4).allSatisfy(file -> assertThat(
                        file.getFileName().toString())
                .isEqualTo(Monitoring.json(file).path("uid").asText() + ".json"));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void shouldLayOutItsPanelsSideBySide(Path file) {
        Set<String> taken = new HashSet<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : Monitoring.json(file).path("panels")) {
            assertThat(ids.add(panel.path("id").asInt()))
                    .as("id of %s", panel.path("title"))
                    .isTrue();
            JsonNode place = panel.path("gridPos");
            int right = place.path("x").asInt() + place.path("w").asInt();
            assertThat(right).isBetween(1, COLUMNS);
            for (int x = place.path("x").asInt(); x < right; x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    assertThat(taken.add(x + "," + (place.path("y").asInt() + y)))
                            .as("%s lies over another panel", panel.path("title"))
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void shouldSayWhatEachPanelShowsAndInWhichUnit(Path file) {
        assertThat(Monitoring.json(file).path("panels"))
                .filteredOn(panel -> !panel.path("type").asText().equals("row"))
                .isNotEmpty()
                .allSatisfy(panel -> {
                    assertThat(panel.path("title").asText()).isNotBlank();
                    assertThat(panel.path("description").asText()).endsWith(".");
                    assertThat(panel.path("targets")).isNotEmpty();
                    assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
                    if (panel.path("type").asText().matches("timeseries|stat")) {
                        assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                                .isNotBlank();
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void shouldUseTheVariablesItHas(Path file) {
        JsonNode dashboard = Monitoring.json(file);
        Set<String> known = new TreeSet<>(Set.of("__rate_interval", "__all"));
        dashboard
                .at("/templating/list")
                .forEach(variable -> known.add(variable.path("name").asText()));
        Set<String> used = new TreeSet<>();
        Matcher variable = VARIABLE.matcher(dashboard.toString());
        while (variable.find()) {
            used.add(variable.group(1));
        }

        assertThat(known).containsAll(used);
        known.removeAll(Set.of("__rate_interval", "__all"));
        assertThat(used).containsAll(known);
    }
}
