package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.caption.ErrorCode;
import io.captionstream.labels.LabelOutcome;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds the documentation to the code. */
class DocumentationTest {
    @Test
    void shouldDescribeEveryErrorCode() throws IOException {
        String page = Files.readString(Path.of("docs/dead-letters.md"));

        assertThat(Arrays.stream(ErrorCode.values()).map(code -> "| `" + code + "` |"))
                .allSatisfy(code -> assertThat(page).contains(code));
    }

    @Test
    void shouldDescribeEveryOutcomeOfLabels() throws IOException {
        String page = Files.readString(Path.of("docs/learning.md"));

        assertThat(Arrays.stream(LabelOutcome.values()).map(outcome -> "| `" + outcome.code() + "` |"))
                .allSatisfy(code -> assertThat(page).contains(code));
    }

    @Test
    void shouldDescribeEverySettingWithItsDefault() throws IOException {
        String page = Files.readString(Path.of("docs/configuration.md"));
        Map<String, String> settings = new TreeMap<>();
        collect("captionstream", ServiceConfig.class, settings);

        assertThat(settings).hasSizeGreaterThan(50).allSatisfy((key, value) -> {
            String line = page.lines()
                    .filter(row -> row.startsWith("|") && mentions(row, key))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(key + " is not described"));
            assertThat(line).contains(value);
        });
    }

    // A row may name a key in full, or after a sibling by its last part.
    private static boolean mentions(String row, String key) {
        String parent = key.substring(0, key.lastIndexOf('.'));
        String last = key.substring(key.lastIndexOf('.'));
        return row.contains("`" + key + "`")
                || row.contains("`" + key + ".\"…\"`")
                || row.startsWith("| `" + parent + ".") && row.contains("`" + last + "`");
    }

    private static void collect(String prefix, Class<?> type, Map<String, String> settings) {
        for (Method method : type.getDeclaredMethods()) {
            if (method.isSynthetic()) {
                continue;
            }
            String key = prefix + "." + kebab(method.getName());
            Class<?> result = method.getReturnType();
            if (result.isInterface() && result.getEnclosingClass() == ServiceConfig.class) {
                collect(key, result, settings);
            } else {
                WithDefault value = method.getAnnotation(WithDefault.class);
                settings.put(key, value == null || value.value().startsWith("${") ? "" : value.value());
            }
        }
    }

    private static String kebab(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }
}
