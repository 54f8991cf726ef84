package io.captionstream.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
    private static final Pattern SUMMARY =
            Pattern.compile("100 events: 100 captions, 0 dead letters, [0-9.]+ captions/s, "
                    + "exact: ([0-9.]+)% resnet50-lstm, ([0-9.]+)% inceptionv3-glove");

    @TempDir
    private Path directory;

    @Test
    void shouldEndByItselfWithItsSummaryAsTheLastLine() throws Exception {
        Path output = directory.resolve("demo.log");
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-Ddevstack.directory=" + System.getProperty("devstack.directory"),
                        "-Dcaptionstream.application=" + System.getProperty("captionstream.application"),
                        "-Ddemo.models=src/demo/models",
                        "-Ddemo.events=100",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Demo.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(demo.waitFor(4, TimeUnit.MINUTES)).isTrue();
        } finally {
            demo.destroy();
        }

        List<String> lines = Files.readAllLines(output);
        assertThat(demo.exitValue()).as(() -> String.join("\n", lines)).isZero();
        Matcher summary = SUMMARY.matcher(lines.get(lines.size() - 1));
        assertThat(summary.matches()).as(lines.get(lines.size() - 1)).isTrue();
        assertThat(Double.parseDouble(summary.group(1))).isGreaterThanOrEqualTo(90);
        assertThat(Double.parseDouble(summary.group(2))).isGreaterThanOrEqualTo(90);
        assertThat(lines).filteredOn(line -> line.contains("truth:")).hasSize(100);
    }
}
