package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import io.captionstream.service.ImageServer.Behaviour;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills the packaged service under load and holds what was committed to what went in. */
class CrashRecoveryIT {
    private static final int EVENTS = 2_000;
    private static final int KEYS = 200;
    private static final int PARTITIONS = 4;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final List<ApplicationProcess> instances = new ArrayList<>();
    private final Random random = new Random(42);
    private final Behaviour[] behaviours = new Behaviour[EVENTS];
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
        properties.put("captionstream.models", DemoModels.list());
        properties.put("captionstream.image.http.allowed-networks", "127.0.0.0/8");
        // Of those who were killed; so long the others wait.
        properties.put("captionstream.kafka.properties.\"consumer.session.timeout.ms\"", "8000");
    }

    @AfterEach
    void close() {
        instances.forEach(ApplicationProcess::close);
        log.close();
        images.close();
    }

    @Test
    void shouldNotLoseRepeatOrReorderWhenKilled() {
        ApplicationProcess instance = startInstance("only");
        publish();
        int kills = 6;
        for (int kill = 1; kill <= kills; kill++) {
            awaitOutcomes(kill * EVENTS / (kills + 2) + random.nextInt(50));
            instance.kill();
            instance = startInstance("only");
        }
        awaitOutcomes(EVENTS);
        verify();
    }

    @Test
    void shouldNotLoseRepeatOrReorderWhenInstancesComeAndGo() {
        ApplicationProcess first = startInstance("first");
        ApplicationProcess second = startInstance("second");
        publish();
        awaitOutcomes(EVENTS / 8);
        first.kill();
        awaitOutcomes(EVENTS / 4);
        first = startInstance("first");
        awaitOutcomes(EVENTS * 3 / 8);
        assertThat(second.terminate(Duration.ofSeconds(60))).isIn(0, 143);
        awaitOutcomes(EVENTS / 2);
        second = startInstance("second");
        awaitOutcomes(EVENTS * 5 / 8);
        first.kill();
        second.kill();
        startInstance("first");
        awaitOutcomes(EVENTS * 3 / 4);
        startInstance("third");
        awaitOutcomes(EVENTS);
        verify();
    }

    @Test
    void shouldNotLoseAnythingAtLeastOnceWhenKilled() {
        properties.put("captionstream.caption.processing-guarantee", "at_least_once");
        // An outcome counts as delivered after this long, and the event is kept until then.
        properties.put("captionstream.kafka.properties.\"producer.delivery.timeout.ms\"", "10000");
        properties.put("captionstream.kafka.properties.\"producer.request.timeout.ms\"", "5000");
        ApplicationProcess instance = startInstance("only");
        publish();
        for (int kill = 1; kill <= 2; kill++) {
            awaitOutcomes(kill * EVENTS / 4);
            instance.kill();
            instance = startInstance("only");
        }
        await().atMost(LIMIT).until(() -> {
            log.poll();
            return log.answered() >= EVENTS;
        });
    }

    private ApplicationProcess startInstance(String name) {
        ApplicationProcess instance = ApplicationProcess.start(
                DemoModels.application(), stack, directory.resolve(name), List.of("-Xmx512m"), properties);
        instances.add(instance);
        instance.awaitReady();
        return instance;
    }

    private void publish() {
        for (int number = 0; number < EVENTS; number++) {
            behaviours[number] = behaviour();
            log.send(ImageEvent.newBuilder()
                    .setId("image-" + number % KEYS)
                    .setUri(images.uri(behaviours[number], number))
                    .setAttributes(Map.of("number", Integer.toString(number)))
                    .build());
        }
        log.flush();
    }

    private Behaviour behaviour() {
        int percent = random.nextInt(100);
        if (percent < 10) {
            return Behaviour.SLOW;
        }
        if (percent < 15) {
            return Behaviour.BROKEN;
        }
        return percent < 18 ? Behaviour.MISSING : Behaviour.QUICK;
    }

    private void awaitOutcomes(int count) {
        await().atMost(LIMIT).until(() -> log.poll() >= count);
    }

    private void verify() {
        Map<EventLog.Position, String> errors = log.verifyExactlyOnceInOrder(EVENTS);
        long broken = List.of(behaviours).stream()
                .filter(behaviour -> behaviour == Behaviour.BROKEN)
                .count();
        long missing = List.of(behaviours).stream()
                .filter(behaviour -> behaviour == Behaviour.MISSING)
                .count();
        assertThat(errors.values()).hasSize((int) (broken + missing)).containsOnly("CORRUPT_IMAGE", "NOT_FOUND");
        assertThat(errors.values().stream().filter("NOT_FOUND"::equals)).hasSize((int) missing);
        assertThat(log.captions()).allSatisfy(event -> {
            int number = Integer.parseInt(event.getAttributes().get("number"));
            assertThat(behaviours[number]).isIn(Behaviour.QUICK, Behaviour.SLOW);
            assertThat(event.getCaptions()).hasSize(2).allSatisfy(caption -> assertThat(caption.getAlternatives())
                    .hasSize(3));
        });
    }
}
