package io.captionstream.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A process that was stopped in the middle of whatever it did (SIGSTOP), until {@link #close} lets it go on (SIGCONT). It
 * is killed if this JVM ends before that: what is stopped cannot notice by itself.
 */
public final class StoppedProcess implements AutoCloseable {
    private static final String STOP =
            "kill -STOP \"$1\" && echo stopped; while kill -0 \"$2\" 2>/dev/null; do sleep 1; done; kill -KILL \"$1\"";

    private final long pid;
    private final Process guard;

    private StoppedProcess(long pid, Process guard) {
        this.pid = pid;
        this.guard = guard;
    }

    /** Stops a process; it runs no further when this returns. */
    public static StoppedProcess stop(long pid) {
        try {
            Process guard = new ProcessBuilder(
                            "sh",
                            "-c",
                            STOP,
                            "stop",
                            Long.toString(pid),
                            Long.toString(ProcessHandle.current().pid()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String answer = new BufferedReader(new InputStreamReader(guard.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            if (!"stopped".equals(answer)) {
                throw new IllegalStateException("Could not stop process " + pid);
            }
            return new StoppedProcess(pid, guard);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets it go on, if it is still there. Does nothing the second time. */
    @Override
    public void close() {
        if (!guard.isAlive()) {
            return;
        }
        guard.destroyForcibly();
        try {
            guard.waitFor();
            new ProcessBuilder("kill", "-CONT", Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while process " + pid + " was to go on", e);
        }
    }
}
