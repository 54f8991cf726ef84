package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.ModelCaption;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the service from the folder that becomes the container image, as a container does. */
class ImageFolderIT {
    private static final Path IMAGE =
            Path.of(System.getProperty("captionstream.image", "target/image")).toAbsolutePath();
    private static final long MOST_BYTES = 900_000_000;
    /** One for each kind of compression that needs a native library. */
    private static final List<String> COMPRESSIONS = List.of("snappy", "zstd");

    @TempDir
    private Path directory;

    @BeforeAll
    static void archiveClasses() throws Exception {
        assumeThat(System.getProperty("os.name"))
                .as("images are built on Linux")
                .isEqualTo("Linux");
        ProcessBuilder archiving =
                new ProcessBuilder(IMAGE.resolve("bin/archive-classes").toString()).redirectErrorStream(true);
        archiving.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = archiving.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).isEmpty();
    }

    @Test
    void shouldCaptionFromTheImageFolder() throws Exception {
        EmbeddedStack stack = EmbeddedStack.shared();
        Map<Path, FileTime> before = modified(IMAGE);
        try (EventLog log = new EventLog(stack, 1)) {
            try (ApplicationProcess service =
                    ApplicationProcess.startImage(IMAGE, stack, directory, configuration(log))) {
                service.awaitReady();
                publishCompressed(stack, log.topics().imageEvents());
                await().atMost(Duration.ofMinutes(1)).until(() -> log.poll() == COMPRESSIONS.size());
                assertThat(log.captions()).hasSameSizeAs(COMPRESSIONS).allSatisfy(event -> assertThat(
                                event.getCaptions())
                        .extracting(ModelCaption::getModel)
                        .containsExactly("resnet50-lstm", "inceptionv3-glove"));
                assertThat(Files.readString(maps(service)))
                        .as("the archive of classes is used")
                        .contains(IMAGE.resolve("classes.jsa").toString());
                assertThat(libraries(service))
                        .contains(
                                "libtensorflow_cc.so.2",
                                "libtensorflow_framework.so.2",
                                "libjnitensorflow.so",
                                "libjnidispatch.so",
                                isArm() ? "librocksdbjni-linux-aarch64.so" : "librocksdbjni-linux64.so",
                                "libsnappyjava.so",
                                "libzstd-jni.so");
                assertThat(probes()).hasSize(6).allSatisfy(path -> assertThat(
                                get(service, path).statusCode())
                        .as(path)
                        .isEqualTo(200));
                assertThat(get(service, metricsPath()).body()).contains("captionstream_images_total");
                assertThat(service.terminate(Duration.ofSeconds(60))).isZero();
            }
        }
        assertThat(modified(IMAGE))
                .as("the file system of a container is read-only")
                .isEqualTo(before);
        assertThat(modified(directory.resolve("tmp")).keySet())
                .as("nothing executable is put into /tmp")
                .noneMatch(file -> file.toString().contains(".so"));
    }

    private static List<String> probes() throws IOException {
        List<String> paths = new ArrayList<>();
        for (String workload : List.of("captioner", "trainer")) {
            JsonNode container = Manifests.containers(
                            Manifests.document(Manifests.FOLDER.resolve("base/" + workload + ".yaml")))
                    .get(0);
            for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
                paths.add(container.at("/" + probe + "/httpGet/path").asText());
            }
        }
        return paths;
    }

    private static String metricsPath() throws IOException {
        return Manifests.document(Manifests.FOLDER.resolve("components/monitoring/podmonitor.yaml"))
                .at("/spec/podMetricsEndpoints/0/path")
                .asText();
    }

    private static HttpResponse<String> get(ApplicationProcess service, String path)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(service.url() + path)).build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    // Both roles, since only the trainer's stores need RocksDB.
    private Map<String, String> configuration(EventLog log) {
        Map<String, String> configuration = log.serviceProperties();
        configuration.put("captionstream.roles", "caption,train");
        configuration.put(
                "captionstream.models",
                IMAGE.resolve("models/resnet50-lstm") + "," + IMAGE.resolve("models/inceptionv3-glove"));
        configuration.put(
                "captionstream.store.uri", directory.resolve("store").toUri().toString());
        configuration.put("captionstream.training.application-id", log.topics().imageEvents() + "-train");
        return configuration;
    }

    private static void publishCompressed(EmbeddedStack stack, String topic) throws Exception {
        ByteBuffer picture = ByteBuffer.wrap(ImageServer.jpeg());
        for (String compression : COMPRESSIONS) {
            ImageEvent event = ImageEvent.newBuilder()
                    .setId(compression)
                    .setContent(picture.duplicate())
                    .build();
            try (var serializer = Clients.eventSerializer(stack.registry().url());
                    var producer = new KafkaProducer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    stack.broker().bootstrapServers(),
                                    "compression.type",
                                    compression),
                            new StringSerializer(),
                            new ByteArraySerializer())) {
                producer.send(new ProducerRecord<>(topic, event.getId(), serializer.serialize(topic, event)))
                        .get();
            }
        }
    }

    /** Names of the native libraries that the process has loaded from the image; from elsewhere may come only the JVM's and the system's. */
    private static Set<String> libraries(ApplicationProcess service) throws IOException {
        Path java = Path.of(System.getProperty("java.home")).toRealPath();
        try (Stream<String> maps = Files.lines(maps(service))) {
            Set<Path> loaded = maps.filter(line -> line.matches(".*/[^/]+\\.so[.0-9]*"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .filter(file -> !file.startsWith(java) && !isSystem(file))
                    .collect(Collectors.toSet());
            assertThat(loaded).allSatisfy(file -> assertThat(file).hasParent(IMAGE.resolve("natives")));
            return loaded.stream().map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private static Path maps(ApplicationProcess service) {
        return Path.of("/proc", Long.toString(service.pid()), "maps");
    }

    // CUDA's are of the base image, where there is a GPU.
    private static boolean isSystem(Path file) {
        return file.toString().startsWith("/usr/local/cuda")
                || file.startsWith("/usr/lib")
                || file.startsWith("/usr/lib64")
                || file.startsWith("/lib");
    }

    @Test
    void shouldRunCommandsThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("captionstream"), IMAGE.resolve("bin/captionstream"));
        Process process = new ProcessBuilder(link.toString(), "models", "--help")
                .redirectErrorStream(true)
                .start();

        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("rollback");
    }

    @Test
    void shouldStaySmall() throws IOException {
        Map<Path, Long> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(IMAGE)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                sizes.put(IMAGE.relativize(file), Files.size(file));
            }
        }

        long total = sizes.values().stream().mapToLong(Long::longValue).sum();
        System.out.printf("The image's folder: %d MB%n", total / 1_000_000);
        sizes.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(5)
                .forEach(entry -> System.out.printf("  %4d MB %s%n", entry.getValue() / 1_000_000, entry.getKey()));

        assertThat(total).isLessThan(MOST_BYTES);
    }

    private static Map<Path, FileTime> modified(Path folder) throws IOException {
        Map<Path, FileTime> modified = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                modified.put(file, Files.getLastModifiedTime(file));
            }
        }
        return modified;
    }
}
