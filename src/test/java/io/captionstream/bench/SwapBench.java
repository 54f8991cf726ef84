package io.captionstream.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.Topics;
import io.captionstream.model.ModelBundle;
import io.captionstream.release.ReleaseLog;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import io.captionstream.store.StoredBundle;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What swaps cost the events that are captioned meanwhile: latency under a steady load, first without and then with
 * releases in a row, each as soon as the one before serves. ResNet50 at full size; round by round.
 */
public final class SwapBench {
    private static final int PHOTOS = 64;
    private static final int WARM_UP_SECONDS = 20;

    private final ApplicationProcess service;
    private final ReleaseLog releases;
    private final List<StoredBundle> versions;
    private final double perSecond = Double.parseDouble(System.getProperty("bench.per-second", "8"));
    private final int seconds = Integer.getInteger("bench.latency-seconds", 40);
    private int released;

    private SwapBench(ApplicationProcess service, ReleaseLog releases, List<StoredBundle> versions) {
        this.service = service;
        this.releases = releases;
        this.versions = versions;
    }

    public static void main(String[] args) throws Exception {
        BenchOptions options = BenchOptions.fromSystemProperties();
        System.out.println("Starting broker and registry, making full-size bundles with random weights ...");
        try (EmbeddedStack stack = EmbeddedStack.start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(stack::close));
            Path photos = Files.createDirectories(stack.directory().resolve("photos"));
            List<String> uris = new ArrayList<>();
            for (byte[] photo : Photos.make(PHOTOS, 640, 480)) {
                Path file = Files.write(photos.resolve(uris.size() + ".jpg"), photo);
                uris.add(file.toRealPath().toUri().toString());
            }
            Path bundles = stack.directory().resolve("bundles");
            ModelBundle first = PaperBundle.write(bundles.resolve("1"), "1");
            URI root = stack.directory().resolve("store").toUri();
            BundleStore store = BundleStore.open(StoreConfig.of(root));
            List<StoredBundle> versions = List.of(
                    store.publish(PaperBundle.write(bundles.resolve("2"), "2")),
                    store.publish(PaperBundle.write(bundles.resolve("3"), "3")));
            Topics topics = Topics.defaults();
            stack.broker().createAllTopics(4, topics);
            Map<String, String> properties = new HashMap<>();
            properties.put("captionstream.models", first.directory().toString());
            properties.put("captionstream.store.uri", root.toString());
            // The weights are random: there is no caption to keep.
            properties.put("captionstream.inference.precision-agreement", "0");
            properties.put("captionstream.image.file-roots", photos.toRealPath().toString());
            System.getProperties().stringPropertyNames().stream()
                    .filter(name -> name.startsWith("captionstream.") && !name.equals("captionstream.application"))
                    .forEach(name -> properties.put(name, System.getProperty(name)));
            try (ApplicationProcess service = ApplicationProcess.start(
                            options.application(),
                            stack,
                            stack.directory().resolve("service"),
                            List.of("-Xmx1g"),
                            properties);
                    Traffic traffic = new Traffic(stack, topics.imageEvents(), topics.captionEvents(), uris)) {
                service.awaitReady();
                new SwapBench(service, log(stack, topics.modelReleases()), versions).run(options.rounds(), traffic);
            }
        }
    }

    private static ReleaseLog log(EmbeddedStack stack, String topic) {
        Map<String, Object> broker = Map.of("bootstrap.servers", stack.broker().bootstrapServers());
        return new ReleaseLog(
                () -> new KafkaConsumer<>(broker, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                () -> new KafkaProducer<>(broker, new ByteArraySerializer(), new ByteArraySerializer()),
                new ConfluentEventCodec(
                        new CachedSchemaRegistryClient(stack.registry().url(), 10), Map.of()),
                topic);
    }

    private void run(int rounds, Traffic traffic) throws Exception {
        System.out.println("Warming up ...");
        traffic.pace(perSecond, WARM_UP_SECONDS);
        double[] ratios = new double[rounds];
        System.out.printf("%-8s %22s %22s %6s%n", "p50, p99", "without swaps", "while swapping", "swaps");
        for (int round = 0; round < rounds; round++) {
            double[] without = sorted(traffic.pace(perSecond, seconds));
            Thread swapper = new Thread(this::swapUntilInterrupted, "swapper");
            int before = released;
            swapper.start();
            double[] with = sorted(traffic.pace(perSecond, seconds));
            swapper.interrupt();
            swapper.join();
            ratios[round] = p99(with) / p99(without);
            System.out.printf(
                    Locale.ROOT,
                    "round %d  %8.0f ms %8.0f ms %8.0f ms %8.0f ms %6d   p99 %.2f times   RSS %d MB%n",
                    round + 1,
                    without[without.length / 2],
                    p99(without),
                    with[with.length / 2],
                    p99(with),
                    released - before,
                    ratios[round],
                    service.residentBytes() >> 20);
        }
        Arrays.sort(ratios);
        System.out.printf(Locale.ROOT, "p99 while swapping: %.2f times that without (median)%n", ratios[rounds / 2]);
    }

    private static double[] sorted(double[] latencies) {
        Arrays.sort(latencies);
        return latencies;
    }

    private static double p99(double[] sorted) {
        return sorted[(int) (sorted.length * 0.99)];
    }

    private void swapUntilInterrupted() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                int number = released % versions.size();
                StoredBundle next = versions.get(number);
                String version = Integer.toString(number + 2);
                releases.publish(ModelRelease.newBuilder()
                        .setModel(next.model())
                        .setVersion(version)
                        .setBundleUri(next.uri().toString())
                        .setDigest(next.digest())
                        .setReleasedAt(Instant.now())
                        .build());
                while (!health().contains("version " + version + " serves")) {
                    Thread.sleep(100);
                }
                released++;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            if (!Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException(e);
            }
        }
    }

    private String health() throws IOException {
        try (InputStream in =
                URI.create(service.url() + "/q/health/ready").toURL().openStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
