package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.service.DemoVersions.Version;
import io.captionstream.service.SteadyLoad.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Twenty releases in a row, each as soon as the one before serves, under a steady load on the packaged service. */
class HotSwapIT {
    private static final int SWAPS = 20;
    private static final double PER_SECOND = 20;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final List<Swap> swaps = new ArrayList<>();

    @TempDir
    private Path directory;

    /** A release, and when it was published and first seen to serve. */
    private record Swap(Version version, long publishedNanos, long seenNanos) {}

    @Test
    void shouldSwapTwentyTimesInARowUnderLoad() throws Exception {
        try (EventLog log = new EventLog(stack, 2);
                DemoVersions versions = new DemoVersions(stack, log.topics().modelReleases(), directory);
                SteadyLoad load = new SteadyLoad(log)) {
            List<Version> made = List.of(versions.make("alpha"), versions.make("beta"), versions.make("gamma"));
            Map<String, String> properties = new HashMap<>(log.serviceProperties());
            properties.putAll(versions.serviceProperties());
            // All of the heap from the start, so that what grows is not it.
            List<String> options = List.of("-Xms384m", "-Xmx384m", "-XX:+AlwaysPreTouch");
            try (ApplicationProcess service = ApplicationProcess.start(
                    DemoModels.application(), stack, directory.resolve("service"), options, properties)) {
                service.awaitReady();
                load.start(PER_SECOND);
                load.collectFor(Duration.ofSeconds(10));
                int warm = load.answers().size();
                load.collectFor(Duration.ofSeconds(20));
                int steady = load.answers().size();
                List<Long> resident = new ArrayList<>();
                for (int i = 0; i < SWAPS; i++) {
                    swap(versions, made.get(i % made.size()), load);
                    resident.add(service.residentBytes());
                }
                int swapped = load.answers().size();
                int sent = load.stop();
                load.collectUntil(() -> load.answers().size() >= sent, LIMIT);

                assertThat(log.verifyExactlyOnceInOrder(sent))
                        .as("dead letters")
                        .isEmpty();
                verifyVersions(load.answers(), originals(load.answers().subList(0, steady)));
                // Printed, not asserted: other tests have a share of the machine. The benchmark says what it costs.
                System.out.printf(
                        "99th percentile of latency: %.0f ms, while swapping %.0f ms; resident after each swap: %s%n",
                        SteadyLoad.percentile(load.answers().subList(warm, steady), 0.99),
                        SteadyLoad.percentile(load.answers().subList(steady, swapped), 0.99),
                        resident);
                assertThat(resident.get(SWAPS - 1))
                        .as("resident bytes after each swap: %s", resident)
                        .isLessThan(resident.get(1) * 11 / 10);
            }
        }
    }

    private void swap(DemoVersions versions, Version version, SteadyLoad load) throws Exception {
        long published = System.nanoTime();
        versions.release(version);
        load.collectUntil(() -> load.latestDigest().equals(version.digest()), LIMIT);
        swaps.add(new Swap(version, published, System.nanoTime()));
    }

    /** What the version of the folder says of each image, before the first release. */
    private static Map<Integer, String> originals(List<Answer> answers) {
        Map<Integer, String> originals = new HashMap<>();
        for (Answer answer : answers) {
            String caption = answer.caption().getCaption();
            assertThat(caption).containsPattern("\\b" + DemoVersions.WORD + "\\b");
            assertThat(originals.putIfAbsent(answer.image(), caption)).isIn(null, caption);
        }
        return originals;
    }

    /** Each answer is by a version that may have served between its event and itself, and says what that version says. */
    private void verifyVersions(List<Answer> answers, Map<Integer, String> originals) {
        for (Answer answer : answers) {
            String digest = answer.caption().getWeightsDigest();
            List<Swap> served = swaps.stream()
                    .filter(swap -> swap.publishedNanos() <= answer.seenNanos())
                    .toList();
            List<Swap> replaced = served.stream()
                    .filter(swap -> swap.seenNanos() <= answer.sentNanos())
                    .toList();
            // The newest that was seen to serve before the event may have captioned it, and any after that.
            List<Swap> possible = served.subList(Math.max(0, replaced.size() - 1), served.size());
            String original = originals.get(answer.image());
            if (replaced.isEmpty() && answer.caption().getVersion().equals("1")) {
                assertThat(answer.caption().getCaption()).isEqualTo(original);
                continue;
            }
            assertThat(possible)
                    .as("event %s", answer)
                    .filteredOn(swap -> swap.version().digest().equals(digest))
                    .isNotEmpty()
                    .allSatisfy(swap -> assertThat(answer.caption().getCaption())
                            .isEqualTo(swap.version().caption(original)));
        }
    }
}
