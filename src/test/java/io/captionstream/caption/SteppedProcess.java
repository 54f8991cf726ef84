package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkState;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.captionstream.embedded.ChildJvm;
import io.captionstream.embedded.StoppedProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The other end of {@link SteppedMain}. */
final class SteppedProcess implements AutoCloseable {
    /** What a transaction that was watched ends as, if nothing keeps it. */
    static final String COMMITTED = "committed";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final String name;
    private final ChildJvm child;
    private final Socket socket;
    private final PrintWriter commands;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private SteppedProcess(String name, ChildJvm child, Socket socket) throws IOException {
        this.name = name;
        this.child = child;
        this.socket = socket;
        this.commands = new PrintWriter(socket.getOutputStream(), true, UTF_8);
        Thread reader = new Thread(this::read, name + "-lines");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts the process, in no group yet. */
    static SteppedProcess start(String name, Path directory) {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ChildJvm child = ChildJvm.start(
                    name,
                    directory.resolve(name + ".log"),
                    System.getProperty("java.class.path"),
                    List.of(
                            "-Xmx256m",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager"),
                    SteppedMain.class.getName(),
                    List.of(
                            name,
                            Integer.toString(server.getLocalPort()),
                            directory.resolve(name).toString()));
            server.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            return new SteppedProcess(name, child, server.accept());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try {
            BufferedReader reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // Closed, or the process ended, which shows where a line is awaited.
        }
    }

    String name() {
        return name;
    }

    private void say(String command) {
        commands.println(command);
    }

    /** Begins to work as a member of a group; returns at once. */
    void join(SteppedInstance.Group group) {
        say("join %s %s %d %d %d"
                .formatted(
                        group.bootstrapServers(),
                        group.prefix(),
                        group.threads(),
                        group.session().toMillis(),
                        group.transaction().toMillis()));
    }

    /** Leaves the group in order. */
    void leave() {
        say("leave");
        await("left");
    }

    /** Makes images wait from now on, in whatever group it is. */
    void hold() {
        say("hold");
        await("holding");
    }

    /** How many images wait. */
    int held() {
        say("held");
        return Integer.parseInt(await("held "));
    }

    void release(int count) {
        say("release " + count);
    }

    void releaseAll() {
        say("release-all");
    }

    /** Makes it wait, from now on, when it comes to a step of a commit of outcomes for the given time. */
    void arm(CommitStep step, int count, String tag) {
        say("arm %s %d %s".formatted(step, count, tag));
    }

    /** Whether it is at the step that it was armed for; says so once. */
    boolean hasCome(String tag) {
        return lines.remove("at " + tag);
    }

    /** Lets it go on, and disarms it. */
    void go() {
        say("go");
    }

    /** How the transaction has ended that was at the step. */
    String ended(String tag) {
        return await("ended " + tag + " ");
    }

    /** Stops it as it stands. */
    StoppedProcess stop() {
        return StoppedProcess.stop(child.pid());
    }

    /** The rest of the next line with a prefix; those before it are of no interest any more. */
    private String await(String prefix) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (true) {
                @Nullable String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                checkState(line != null, "%s has not said '%s' within %s, see %s", name, prefix, PATIENCE, child.log());
                if (line.startsWith(prefix)) {
                    return line.substring(prefix.length());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    @Override
    public void close() {
        child.kill();
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
