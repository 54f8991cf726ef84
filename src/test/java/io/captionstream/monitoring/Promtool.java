package io.captionstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Prometheus' own tool for rules. Debian has it in the package {@code prometheus}. */
final class Promtool {
    private static final String NAME = "promtool";

    private Promtool() {}

    /** Runs it and holds it to success. Where there is none the test is skipped, but not in continuous integration. */
    static void check(Path directory, String... arguments) throws IOException, InterruptedException {
        Optional<Path> tool = find(System.getenv("PATH"));
        boolean required = Boolean.parseBoolean(System.getenv("CI"));
        assumeTrue(tool.isPresent() || required, "There is no promtool: install Debian's package prometheus");
        List<String> command = new ArrayList<>(List.of(tool.map(Path::toString).orElse(NAME)));
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

    private static Optional<Path> find(@Nullable String path) {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(path == null ? "" : path)
                .map(folder -> Path.of(folder, NAME))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
