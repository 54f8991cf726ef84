package io.captionstream.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.event.Lineage;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.labels.LogRange;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.Bundles;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TinyNetworks;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPlanTest {
    private static final NetworkConfig NETWORK = TinyNetworks.resnet();
    private static final String MODEL = NETWORK.architecture().modelName();
    private static final Instant CREATED_AT = Instant.parse("2026-03-04T05:06:07Z");
    private static final List<LogRange> RANGES =
            List.of(new LogRange("labeled-pairs", 0, 0, 10, false), new LogRange("labeled-pairs", 0, 10, 25, true));
    private static final FineTuneConfig CONFIG =
            FineTuneConfig.defaults().withSeed(7).withSchedule(3, 0.01);

    @TempDir
    private Path folder;

    @Test
    void shouldComeBackFromTheBundleItMade() throws Exception {
        RunPlan plan = plan();

        assertThat(RunPlan.of(bundle(plan))).isEqualTo(plan);
    }

    @Test
    void shouldComeBackFromABundleThatWasMadeFromNothing() throws Exception {
        RunPlan plan = new RunPlan(MODEL, "run-1", "2", RANGES, null, NETWORK, CONFIG, CREATED_AT, "command");

        assertThat(RunPlan.of(bundle(plan))).isEqualTo(plan);
        assertThat(RunPlan.fromJson(plan.toJson())).isEqualTo(plan);
    }

    @Test
    void shouldComeBackFromJson() {
        assertThat(RunPlan.fromJson(plan().toJson())).isEqualTo(plan());
        assertThatThrownBy(() -> RunPlan.fromJson("{}")).isInstanceOf(RuntimeException.class);
    }

    @Test
    void shouldSayWhichBundleWasNotMadeFromTheLog() throws Exception {
        ModelBundle bundle = BundleWriter.write(folder.resolve("bundle"), Bundles.contents(NETWORK));

        assertThatThrownBy(() -> RunPlan.of(bundle))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was not made from the log");
    }

    @Test
    void shouldTellTheReleaseWhatItWasMadeOf() {
        Lineage lineage = plan().lineageOfRelease("abc");

        assertThat(lineage.getRanges()).hasSize(2).last().satisfies(range -> {
            assertThat(range.getFromOffset()).isEqualTo(10);
            assertThat(range.getToOffset()).isEqualTo(25);
            assertThat(range.getFresh()).isTrue();
        });
        assertThat(lineage.getSeed()).isEqualTo(7);
        assertThat(lineage.getHoldout()).isEqualTo("abc");
        assertThat(FineTuneConfig.fromMap(lineage.getHyperParameters())).isEqualTo(CONFIG);
    }

    private static RunPlan plan() {
        return new RunPlan(
                MODEL,
                "run-1",
                "2",
                RANGES,
                new RunPlan.Parent("1", "a".repeat(64)),
                null,
                CONFIG,
                CREATED_AT,
                "count");
    }

    private ModelBundle bundle(RunPlan plan) throws Exception {
        BundleWriter.Contents contents = Bundles.contents(NETWORK);
        Map<String, String> lineage = plan.lineage();
        return BundleWriter.write(
                folder.resolve("made"),
                new BundleWriter.Contents(
                        plan.model(),
                        plan.version(),
                        NETWORK,
                        contents.weights(),
                        contents.vocabulary(),
                        contents.resize(),
                        contents.decoding(),
                        contents.metrics(),
                        lineage,
                        plan.createdAt()));
    }
}
