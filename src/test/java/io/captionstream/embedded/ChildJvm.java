package io.captionstream.embedded;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** A Java program in a process of its own, supervised so that it never outlives this one. Output goes to a log file. */
public final class ChildJvm implements AutoCloseable {
    private static final int LAST_LINES = 40;
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final String name;
    private final Path log;
    private final Process process;

    private ChildJvm(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /**
     * Starts the child.
     *
     * @param name for messages
     * @param log file the child's output is appended to
     * @param classPath what the child runs on
     * @param jvmOptions options of the child's JVM
     * @param mainClass its main class
     * @param arguments its arguments
     */
    public static ChildJvm start(
            String name,
            Path log,
            String classPath,
            List<String> jvmOptions,
            String mainClass,
            List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(javaExecutable());
        command.addAll(jvmOptions);
        command.add("-cp");
        try {
            command.add(supervisorDirectory(log.toAbsolutePath().getParent()) + File.pathSeparator + classPath);
            command.add(Supervised.class.getName());
            command.add(mainClass);
            command.addAll(arguments);
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new ChildJvm(name, log, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a script that runs a JVM and takes its options from {@code JAVA_OPTS}.
     *
     * @param log file the child's output is appended to
     * @param directory the child's working directory
     * @param command the script and its arguments
     * @param environment what is added to that of this process
     */
    static ChildJvm startScript(
            String name, Path log, Path directory, List<String> command, Map<String, String> environment) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().putAll(environment);
            String options = environment.getOrDefault("JAVA_OPTS", "");
            Path agent = supervisorAgent(log.toAbsolutePath().getParent());
            builder.environment().put("JAVA_OPTS", options + " -javaagent:" + agent);
            return new ChildJvm(name, log, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String javaExecutable() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    // Only this one class joins the child's class path: the tests' resources would be taken for the child's own.
    private static Path supervisorDirectory(Path parent) throws IOException {
        Path directory = parent.resolve("supervisor");
        Path target = directory.resolve(Supervised.class.getName().replace('.', '/') + ".class");
        if (!Files.exists(target)) {
            Files.createDirectories(target.getParent());
            try (InputStream in = requireNonNull(Supervised.class.getResourceAsStream("Supervised.class"))) {
                Files.write(target, in.readAllBytes());
            }
        }
        return directory;
    }

    // What a script starts has a main class of its own; an agent comes before it.
    private static Path supervisorAgent(Path parent) throws IOException {
        Path agent = parent.resolve("supervisor.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), Supervised.class.getName());
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(agent), manifest);
                InputStream in = requireNonNull(Supervised.class.getResourceAsStream("Supervised.class"))) {
            jar.putNextEntry(new JarEntry(Supervised.class.getName().replace('.', '/') + ".class"));
            jar.write(in.readAllBytes());
        }
        return agent;
    }

    private String lastLines() {
        try (Stream<String> lines = Files.lines(log)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - LAST_LINES), all.size()));
        } catch (IOException | UncheckedIOException e) {
            return e.toString();
        }
    }

    /** Waits until {@code condition} holds; an {@link IOException} of it counts as not yet. */
    public void awaitReady(Duration limit, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            checkState(
                    process.isAlive(), "%s ended with %s, see %s, which ends:\n%s", name, exitCode(), log, lastLines());
            try {
                if (condition.call()) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            } catch (Exception e) {
                throw new IllegalStateException(name + " could not be probed", e);
            }
            try {
                Thread.sleep(POLL_INTERVAL.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for " + name, e);
            }
        }
        throw new IllegalStateException(name + " was not ready within " + limit + ", see " + log);
    }

    private Object exitCode() {
        return process.isAlive() ? "running" : process.exitValue();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    public Path log() {
        return log;
    }

    /** Kills without any chance to clean up, and waits for the end. */
    public void kill() {
        process.destroyForcibly();
        await(Duration.ofSeconds(30));
    }

    /** Asks to end (SIGTERM), and waits. Returns the exit code. */
    public int terminate(Duration limit) {
        process.destroy();
        if (!await(limit)) {
            kill();
            throw new IllegalStateException(name + " did not end within " + limit + ", see " + log);
        }
        return process.exitValue();
    }

    private boolean await(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.destroy();
            if (!await(Duration.ofSeconds(10))) {
                kill();
            }
        }
    }
}
