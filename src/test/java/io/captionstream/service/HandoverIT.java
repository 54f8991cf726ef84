package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import io.captionstream.service.ImageServer.Behaviour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends instances as an orchestrator does, by SIGTERM and under load, and holds what was committed to what went in. */
class HandoverIT {
    private static final int EVENTS = 1_500;
    private static final int KEYS = 100;
    private static final int PARTITIONS = 4;
    /** What Kubernetes gives a container before it kills it, by default. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final List<ApplicationProcess> instances = new ArrayList<>();
    private final Map<String, String> properties = new HashMap<>();
    private ImageServer images;
    private EventLog log;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() {
        images = new ImageServer();
        log = new EventLog(stack, PARTITIONS);
        properties.putAll(log.serviceProperties());
        properties.put(
                "captionstream.models", DemoModels.folder("resnet50-lstm").toString());
        properties.put("captionstream.image.http.allowed-networks", "127.0.0.0/8");
        // Far longer than the test: whoever takes over must not have had to wait until the other was given up.
        properties.put("captionstream.kafka.properties.\"session.timeout.ms\"", "300000");
    }

    @AfterEach
    void close() {
        instances.forEach(ApplicationProcess::close);
        log.close();
        images.close();
    }

    @Test
    void shouldHandOverWithinTheGracePeriod() throws Exception {
        ApplicationProcess first = startInstance("first");
        publish();
        awaitOutcomes(EVENTS / 10);
        ApplicationProcess second = startInstance("second");
        awaitOutcomes(EVENTS / 5);

        long start = System.nanoTime();
        int exitCode = first.terminate(GRACE);
        long endMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        int before = log.poll();

        assertThat(exitCode).as("exit code, see %s", first.log()).isZero();
        assertThat(before).as("outcomes by then, so that it was under load").isLessThan(EVENTS);
        assertThat(Files.readString(first.log())).contains("-> CLOSED").doesNotContain("did not stop within");
        awaitOutcomes(EVENTS);
        System.out.printf("Ended after %d ms with %d of %d outcomes%n", endMillis, before, EVENTS);
        assertThat(log.verifyExactlyOnceInOrder(EVENTS)).isEmpty();
        assertThat(second.terminate(GRACE)).isZero();
    }

    private ApplicationProcess startInstance(String name) {
        ApplicationProcess instance = ApplicationProcess.start(
                DemoModels.application(), stack, directory.resolve(name), List.of("-Xmx512m"), properties);
        instances.add(instance);
        instance.awaitReady();
        return instance;
    }

    // Some images are slow, so that there is always something in flight that cannot be finished at once.
    private void publish() {
        for (int number = 0; number < EVENTS; number++) {
            Behaviour behaviour = number % 10 == 0 ? Behaviour.SLOW : Behaviour.QUICK;
            log.send(ImageEvent.newBuilder()
                    .setId("image-" + number % KEYS)
                    .setUri(images.uri(behaviour, number))
                    .build());
        }
        log.flush();
    }

    private void awaitOutcomes(int count) {
        await().atMost(LIMIT).until(() -> log.poll() >= count);
    }
}
