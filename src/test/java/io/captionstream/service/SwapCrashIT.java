package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.service.DemoVersions.Version;
import io.restassured.RestAssured;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills instances of the packaged service while releases follow one another. */
class SwapCrashIT {
    private static final int KILLS = 4;
    private static final double PER_SECOND = 10;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Random random = new Random(7);
    private final Map<String, String> properties = new HashMap<>();
    private final ApplicationProcess[] instances = new ApplicationProcess[2];
    private EventLog log;
    private DemoVersions versions;
    private SteadyLoad load;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() {
        log = new EventLog(stack, 4);
        versions = new DemoVersions(stack, log.topics().modelReleases(), directory);
        load = new SteadyLoad(log);
        properties.putAll(log.serviceProperties());
        properties.putAll(versions.serviceProperties());
    }

    @AfterEach
    void close() {
        load.close();
        for (ApplicationProcess instance : instances) {
            if (instance != null) {
                instance.close();
            }
        }
        versions.close();
        log.close();
    }

    @Test
    void shouldEndWithTheSameVersionEverywhereWhenKilledWhileSwapping() throws Exception {
        List<Version> made = List.of(versions.make("alpha"), versions.make("beta"), versions.make("gamma"));
        // Known from the start: no event is to be captioned by the version of the folder.
        versions.release(made.get(0));
        start(0);
        start(1);
        awaitServing(made.get(0));
        load.start(PER_SECOND);
        load.collectUntil(() -> load.answers().size() > 50, LIMIT);
        int released = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            // Releases go on from before the kill until the killed one is back.
            int victim = random.nextInt(instances.length);
            for (int i = 0; i <= random.nextInt(3); i++) {
                versions.release(made.get(++released % made.size()));
                load.collectFor(Duration.ofMillis(random.nextInt(400)));
            }
            instances[victim].kill();
            versions.release(made.get(++released % made.size()));
            start(victim);
            load.collectFor(Duration.ofMillis(random.nextInt(3000)));
        }
        Version last = made.get(++released % made.size());
        versions.release(last);
        awaitServing(last);
        int sent = load.stop();
        load.collectUntil(() -> load.answers().size() >= sent, LIMIT);

        assertThat(log.verifyExactlyOnceInOrder(sent)).as("dead letters").isEmpty();
        verifyCaptions(made);
    }

    private void start(int number) {
        instances[number] = ApplicationProcess.start(
                DemoModels.application(),
                stack,
                directory.resolve("instance-" + number),
                List.of("-Xmx256m"),
                properties);
    }

    private void awaitServing(Version version) {
        List<ApplicationProcess> waiting = new ArrayList<>(List.of(instances));
        await().ignoreExceptions().atMost(LIMIT).until(() -> {
            load.collectFor(Duration.ofMillis(100));
            waiting.removeIf(instance -> RestAssured.get(instance.url() + "/q/health/ready")
                    .jsonPath()
                    .getString("checks.data")
                    .contains("version " + version.name() + " serves"));
            return waiting.isEmpty();
        });
    }

    /** All captions of an image are the same but for the word of the version that they name. */
    private void verifyCaptions(List<Version> made) {
        Map<String, Version> byDigest = made.stream().collect(Collectors.toMap(Version::digest, version -> version));
        Map<Integer, String> originals = new HashMap<>();
        assertThat(load.answers()).allSatisfy(answer -> {
            Version version = byDigest.get(answer.caption().getWeightsDigest());
            assertThat(version).as("released version").isNotNull();
            assertThat(answer.caption().getVersion()).isEqualTo(version.name());
            String caption = answer.caption().getCaption();
            assertThat(caption).contains(version.word());
            String original = caption.replaceAll("\\b" + version.word() + "\\b", DemoVersions.WORD);
            assertThat(originals.putIfAbsent(answer.image(), original)).isIn(null, original);
            assertThat(version.caption(original)).isEqualTo(caption);
        });
    }
}
