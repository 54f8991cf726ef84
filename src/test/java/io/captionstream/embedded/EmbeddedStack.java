package io.captionstream.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Broker and registry, started side by side. */
public final class EmbeddedStack implements AutoCloseable {
    private static EmbeddedStack shared;

    private final Path directory;
    private final EmbeddedBroker broker;
    private final EmbeddedRegistry registry;
    private boolean closed;

    private EmbeddedStack(Path directory) {
        this.directory = directory;
        this.broker = new EmbeddedBroker(directory);
        this.registry = new EmbeddedRegistry(directory);
    }

    /** Starts both in a new temporary directory, which {@link #close} deletes, and waits until both answer. */
    public static EmbeddedStack start() {
        EmbeddedStack stack;
        try {
            stack = new EmbeddedStack(Files.createTempDirectory("captionstream-stack"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            stack.broker.start();
            stack.registry.start();
            stack.broker.awaitReady();
            stack.registry.awaitReady();
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
        return stack;
    }

    /** One stack for all tests of this JVM, closed when it ends. Tests take topics and subjects of their own. */
    public static synchronized EmbeddedStack shared() {
        if (shared == null) {
            shared = start();
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared;
    }

    public EmbeddedBroker broker() {
        return broker;
    }

    public EmbeddedRegistry registry() {
        return registry;
    }

    public Path directory() {
        return directory;
    }

    /** Does nothing the second time: the owner closes, and the end of the JVM does so for an owner that could not. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        registry.close();
        broker.close();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
