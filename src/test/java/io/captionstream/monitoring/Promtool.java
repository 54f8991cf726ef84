package io.captionstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.embedded.InstalledProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Prometheus' own tool for rules. Debian has it in the package {@code prometheus}. */
final class Promtool {
    private static final String NAME = "promtool";

    private Promtool() {}

    /** Runs it and holds it to success. */
    static void check(Path directory, String... arguments) throws IOException, InterruptedException {
        Path tool = InstalledProgram.require(NAME, "Debian's package prometheus");
        List<String> command = new ArrayList<>(List.of(tool.toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(NAME, ".log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(1, TimeUnit.MINUTES);
        process.destroyForcibly();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        Files.delete(output);
        assertThat(ended).as("promtool ended").isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }
}
