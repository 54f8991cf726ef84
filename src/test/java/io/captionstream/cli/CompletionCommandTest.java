package io.captionstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script in a real shell. */
class CompletionCommandTest {
    private static final Path BASH = Path.of("/bin/bash");

    @TempDir
    private Path folder;

    private Path script;

    @BeforeEach
    void print() throws IOException {
        assumeThat(BASH).isExecutable();
        StringWriter out = new StringWriter();
        assertThat(CaptionstreamCommand.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .execute("completion"))
                .isZero();
        script = Files.writeString(folder.resolve("completion.bash"), out.toString());
    }

    @Test
    void shouldCompleteCommands() throws Exception {
        assertThat(complete("dl")).contains("dlq");
        assertThat(complete("dlq", "")).contains("list", "show", "retry");
        assertThat(complete("models", "prom")).contains("promote");
    }

    @Test
    void shouldCompleteOptionsAndTheirValues() throws Exception {
        assertThat(complete("publish", "--ra")).contains("--rate");
        assertThat(complete("doctor", "--device", "G")).contains("GPU");
    }

    /** What the shell offers for the last of these words. */
    private String complete(String... words) throws Exception {
        String line = "captionstream " + String.join(" ", words);
        String program = """
                # Only shells that complete have it; nothing here hangs on it.
                compopt() { :; }
                source '%s'
                COMP_LINE='%s'
                COMP_POINT=${#COMP_LINE}
                COMP_WORDS=(captionstream %s)
                COMP_CWORD=%d
                COMPREPLY=()
                _complete_captionstream
                printf '%%s\\n' "${COMPREPLY[@]}"
                """.formatted(script, line, String.join(" ", quoted(words)), words.length);
        Process shell = new ProcessBuilder(BASH.toString(), "-c", program)
                .redirectErrorStream(true)
                .start();
        String output = new String(shell.getInputStream().readAllBytes(), UTF_8);
        assertThat(shell.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    private static String[] quoted(String... words) {
        String[] quoted = new String[words.length];
        for (int i = 0; i < words.length; i++) {
            quoted[i] = "'" + words[i] + "'";
        }
        return quoted;
    }
}
