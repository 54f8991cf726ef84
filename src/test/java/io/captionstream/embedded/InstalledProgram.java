package io.captionstream.embedded;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Programs of this machine that tests drive. Where they are missing those tests are skipped; not where the environment says
 * {@code CAPTIONSTREAM_TOOLS=required}, as {@code .ci/run} does once it has installed them.
 */
public final class InstalledProgram {
    private static final boolean REQUIRED = "required".equals(System.getenv("CAPTIONSTREAM_TOOLS"));

    private InstalledProgram() {}

    /**
     * Where it is.
     *
     * @param source what to install, for who reads why the test was skipped
     * @throws IllegalStateException if it is missing and required; where it is not, the test ends as skipped
     */
    public static Path require(String name, String source) {
        Optional<Path> program = find(name);
        String missing = "There is no %s here: install %s".formatted(name, source);
        if (REQUIRED) {
            return program.orElseThrow(() -> new IllegalStateException(missing));
        }
        assumeTrue(program.isPresent(), missing);
        return program.orElseThrow();
    }

    private static Optional<Path> find(String name) {
        String path = System.getenv("PATH");
        return Arrays.stream(path == null ? new String[0] : path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
