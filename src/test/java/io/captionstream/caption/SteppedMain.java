package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Splitter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SteppedInstance} in a process of its own, which does what its parent says line by line, and says when it has
 * come to a step that it was told of: see {@link SteppedProcess}. Arguments: name, the parent's port, state directory.
 */
public final class SteppedMain implements SteppedClients.Observer {
    private final String name;
    private final Path stateDirectory;
    private final PrintWriter parent;
    private final HeldImages images = new HeldImages();

    private @Nullable SteppedInstance instance;

    private @Nullable CommitStep armed;
    private int countdown;
    private String tag = "";
    private boolean goes = true;
    private @Nullable Thread watched;

    private SteppedMain(String name, Path stateDirectory, PrintWriter parent) {
        this.name = name;
        this.stateDirectory = stateDirectory;
        this.parent = parent;
    }

    public static void main(String[] arguments) throws IOException {
        // Nobody else configures the log here; it goes to a file.
        Logger.getLogger("").addHandler(new ConsoleHandler());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1]))) {
            BufferedReader commands = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            SteppedMain main = new SteppedMain(
                    arguments[0], Path.of(arguments[2]), new PrintWriter(socket.getOutputStream(), true, UTF_8));
            for (String command = commands.readLine(); command != null; command = commands.readLine()) {
                main.obey(Splitter.on(' ').splitToList(command));
            }
        }
        // The parent is gone.
        Runtime.getRuntime().halt(0);
    }

    private void obey(List<String> command) {
        switch (command.get(0)) {
            case "join" ->
                instance = new SteppedInstance(
                        name,
                        new SteppedInstance.Group(
                                command.get(1),
                                command.get(2),
                                Integer.parseInt(command.get(3)),
                                Duration.ofMillis(Long.parseLong(command.get(4))),
                                Duration.ofMillis(Long.parseLong(command.get(5)))),
                        stateDirectory,
                        images,
                        this);
            case "leave" -> {
                instance().close();
                say("left");
            }
            case "hold" -> {
                images.hold();
                say("holding");
            }
            case "held" -> say("held " + images.held());
            case "release" -> images.release(Integer.parseInt(command.get(1)));
            case "release-all" -> images.releaseAll();
            case "arm" -> arm(CommitStep.valueOf(command.get(1)), Integer.parseInt(command.get(2)), command.get(3));
            case "go" -> go();
            default -> throw new IllegalArgumentException("no command: " + command);
        }
    }

    private SteppedInstance instance() {
        if (instance == null) {
            throw new IllegalStateException("has not joined");
        }
        return instance;
    }

    private void say(String line) {
        parent.println(line);
    }

    private synchronized void arm(CommitStep step, int count, String name) {
        armed = step;
        countdown = count;
        tag = name;
        goes = false;
        watched = null;
    }

    private synchronized void go() {
        armed = null;
        goes = true;
        notifyAll();
    }

    @Override
    public synchronized void at(CommitStep step) {
        if (step != armed) {
            return;
        }
        countdown--;
        if (countdown > 0) {
            return;
        }
        armed = null;
        watched = Thread.currentThread();
        say("at " + tag);
        while (step != CommitStep.WITHIN_COMMIT && !goes) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException("Interrupted at a step", e);
            }
        }
    }

    @Override
    public synchronized void ended(@Nullable Throwable failure) {
        if (Thread.currentThread() == watched) {
            watched = null;
            say("ended " + tag + " " + (failure == null ? SteppedProcess.COMMITTED : describe(failure)));
        }
    }

    private static String describe(Throwable failure) {
        return failure.getClass().getSimpleName() + ": "
                + String.valueOf(failure.getMessage()).replace('\n', ' ');
    }
}
