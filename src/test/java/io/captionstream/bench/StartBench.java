package io.captionstream.bench;

import static com.google.common.base.Preconditions.checkState;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How long the service takes from the start of the process to readiness, from the folder of the container image with the
 * demo's bundles: with the archive of classes that {@code archive-classes} leaves, and without it, round by round.
 */
public final class StartBench {
    private static final List<String> MODELS = List.of("resnet50-lstm", "inceptionv3-glove");
    /** The JVM's own archive instead of the folder's. */
    private static final String WITHOUT =
            "-XX:SharedArchiveFile=" + Path.of(System.getProperty("java.home"), "lib", "server", "classes.jsa");

    private final EmbeddedStack stack;
    private final Path image;
    private int starts;

    /** Milliseconds from the start of the process. */
    private record Start(double started, double ready) {}

    private StartBench(EmbeddedStack stack, Path image) {
        this.stack = stack;
        this.image = image;
    }

    public static void main(String[] args) throws Exception {
        BenchOptions options = BenchOptions.fromSystemProperties();
        Path image = options.application().getParent().resolveSibling("image");
        Process archiving = new ProcessBuilder(
                        image.resolve("bin/archive-classes").toString())
                .inheritIO()
                .start();
        checkState(archiving.waitFor() == 0, "archive-classes failed");
        System.out.printf("The archive of classes has %d MB%n", Files.size(image.resolve("classes.jsa")) / 1_000_000);
        try (EmbeddedStack stack = EmbeddedStack.start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(stack::close));
            stack.broker().createAllTopics(4, Topics.defaults());
            new StartBench(stack, image).run(options.rounds());
        }
    }

    private void run(int rounds) throws IOException {
        // So that files are in memory for all that follow.
        start();
        double[] ready = new double[rounds];
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            Start with = start();
            Start without = start(WITHOUT);
            ready[round] = with.ready();
            ratios[round] = with.ready() / without.ready();
            System.out.printf(
                    Locale.ROOT,
                    "round %d   models %4.0f ms, ready %4.0f ms   without the archive: models %4.0f ms, ready %4.0f ms   %.2f times%n",
                    round + 1,
                    with.started(),
                    with.ready(),
                    without.started(),
                    without.ready(),
                    ratios[round]);
        }
        System.out.printf(
                Locale.ROOT,
                "Start to ready: %.0f ms, %.2f times that without the archive (medians)%n",
                Median.of(ready),
                Median.of(ratios));
    }

    private Start start(String... options) throws IOException {
        Path directory = Files.createDirectories(stack.directory().resolve("start-" + ++starts));
        Map<String, String> properties = new HashMap<>();
        properties.put(
                "captionstream.models",
                MODELS.stream()
                        .map(model -> image.resolve("models").resolve(model).toString())
                        .collect(Collectors.joining(",")));
        long begin = System.nanoTime();
        try (ApplicationProcess service = ApplicationProcess.startImage(image, stack, directory, properties, options)) {
            service.awaitStarted();
            double started = (System.nanoTime() - begin) / 1e6;
            service.awaitReady();
            Start start = new Start(started, (System.nanoTime() - begin) / 1e6);
            // In good order: the next one is to find a group without members, as after an upgrade.
            service.terminate(Duration.ofMinutes(1));
            return start;
        }
    }
}
