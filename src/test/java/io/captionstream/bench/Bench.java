package io.captionstream.bench;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.Topics;
import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ResizeMode;
import io.captionstream.model.Captioner;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.ModelBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Throughput of the service, beside what the machine can do and beside the obvious alternative, in one run; then latency
 * at half load. ResNet50 at full size with random weights, photographs of 640 by 480, exactly once.
 *
 * <p>The three are measured in turn, round by round, so that a machine that slows down slows all of them; ratios are
 * taken within a round and their medians printed.
 */
public final class Bench {
    private static final int PARTITIONS = 4;
    private static final int PHOTOS = 64;
    private static final int WARM_UP_BATCHES = 48;
    private static final DecodingOptions OPTIONS = new DecodingOptions(3, 20, 0.7);

    private final BenchOptions options;
    private final EmbeddedStack stack;
    private final List<byte[]> photos;
    private final List<String> uris;
    private final Captioner captioner;
    private final ImageGeometry geometry;
    private final ImageDecoder decoder = new ImageDecoder(25_000_000, 50_000_000);

    private Bench(
            BenchOptions options, EmbeddedStack stack, Captioner captioner, List<byte[]> photos, List<String> uris) {
        this.options = options;
        this.stack = stack;
        this.captioner = captioner;
        this.geometry =
                new ImageGeometry(captioner.input().height(), captioner.input().width(), ResizeMode.STRETCH);
        this.photos = photos;
        this.uris = uris;
    }

    public static void main(String[] args) throws Exception {
        BenchOptions options = BenchOptions.fromSystemProperties();
        System.out.println("Starting broker and registry, making a full-size bundle with random weights ...");
        try (EmbeddedStack stack = EmbeddedStack.start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(stack::close));
            List<byte[]> photos = Photos.make(PHOTOS, 640, 480);
            Path folder = Files.createDirectories(stack.directory().resolve("photos"));
            List<String> uris = new ArrayList<>();
            for (byte[] photo : photos) {
                Path file = Files.write(folder.resolve(uris.size() + ".jpg"), photo);
                uris.add(file.toRealPath().toUri().toString());
            }
            Path bundle = PaperBundle.write(stack.directory().resolve("bundles"));
            Topics topics = Topics.defaults();
            stack.broker().createAllTopics(PARTITIONS, topics);
            stack.broker().createTopics(PARTITIONS, "naive-images", "naive-captions");
            try (ApplicationProcess service = ApplicationProcess.start(
                            options.application(),
                            stack,
                            stack.directory().resolve("service"),
                            List.of("-Xmx1g"),
                            Map.of(
                                    "captionstream.models",
                                    bundle.toString(),
                                    // The weights are random: there is no caption to keep.
                                    "captionstream.inference.precision-agreement",
                                    "0",
                                    "captionstream.image.file-roots",
                                    folder.toRealPath().toString()));
                    Captioner captioner = DjlCaptioner.load(ModelBundle.open(bundle), captionerConfig())) {
                service.awaitReady();
                new Bench(options, stack, captioner, photos, uris).run(topics);
            }
        }
    }

    private static CaptionerConfig captionerConfig() {
        return CaptionerConfig.of("auto", "auto", Runtime.getRuntime().availableProcessors())
                .withBfloat16Agreement(0);
    }

    private void run(Topics topics) throws Exception {
        RawLoop raw = new RawLoop(captioner, OPTIONS, decoder, geometry, options.batch());
        double[] serviceRates = new double[options.rounds()];
        double[] rawRates = new double[options.rounds()];
        double[] naiveRates = new double[options.rounds()];
        try (Traffic traffic = new Traffic(stack, topics.imageEvents(), topics.captionEvents(), uris);
                NaiveService naive = new NaiveService(
                        stack,
                        stack.directory().resolve("naive"),
                        "naive-images",
                        "naive-captions",
                        captioner,
                        OPTIONS,
                        decoder,
                        geometry);
                Traffic naiveTraffic = new Traffic(stack, "naive-images", "naive-captions", uris)) {
            System.out.println("Warming up ...");
            // Long enough for the compilers of both JVMs to be done with what is measured.
            raw.run(photos, WARM_UP_BATCHES / 4 * options.batch());
            traffic.saturate(WARM_UP_BATCHES * options.batch());
            naiveTraffic.saturate(2 * options.batch());
            System.out.printf("%-8s %14s %14s %14s%n", "images/s", "service", "(a) raw loop", "(b) naive");
            for (int round = 0; round < options.rounds(); round++) {
                rawRates[round] = raw.run(photos, options.images());
                serviceRates[round] = traffic.saturate(options.images());
                naiveRates[round] = naiveTraffic.saturate(options.naiveImages());
                System.out.printf(
                        Locale.ROOT,
                        "round %d  %14.1f %14.1f %14.1f%n",
                        round + 1,
                        serviceRates[round],
                        rawRates[round],
                        naiveRates[round]);
            }
            double[] latencies = traffic.pace(Median.of(serviceRates) / 2, options.latencySeconds());
            Arrays.sort(latencies);
            System.out.printf(
                    Locale.ROOT,
                    "latency at half load (%.1f images/s), produce to visible caption: p50 %.0f ms, p99 %.0f ms%n",
                    Median.of(serviceRates) / 2,
                    latencies[latencies.length / 2],
                    latencies[(int) (latencies.length * 0.99)]);
        }
        System.out.printf(
                Locale.ROOT,
                "service %.1f images/s (median of %d): %.2f of the raw loop, %.2fx the naive service%n",
                Median.of(serviceRates),
                options.rounds(),
                medianRatio(serviceRates, rawRates),
                medianRatio(serviceRates, naiveRates));
    }

    private static double medianRatio(double[] numerators, double[] denominators) {
        double[] ratios = new double[numerators.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = numerators[i] / denominators[i];
        }
        return Median.of(ratios);
    }
}
