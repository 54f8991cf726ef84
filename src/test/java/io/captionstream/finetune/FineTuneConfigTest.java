package io.captionstream.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.training.LearningRateSchedule.Decay;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FineTuneConfigTest {
    @Test
    void shouldComeBackFromALineage() {
        FineTuneConfig config = new FineTuneConfig(
                7, 1e-5, 48, 3, 2, true, false, 2.5, 9, 40, Decay.NONE, 11, 0.3, 0.05, 200, Long.MIN_VALUE);
        Map<String, String> lineage = new HashMap<>(config.toMap());
        lineage.put("trigger", "cron");

        assertThat(FineTuneConfig.fromMap(lineage)).isEqualTo(config);
    }

    @Test
    void shouldTakeDefaultsForWhatIsMissing() {
        assertThat(FineTuneConfig.fromMap(Map.of())).isEqualTo(FineTuneConfig.defaults());
        assertThat(FineTuneConfig.fromMap(Map.of("fineTune.epochs", "9")))
                .isEqualTo(FineTuneConfig.defaults().withSchedule(9, 0.0003));
    }

    @Test
    void shouldChangeOneThingAtATime() {
        FineTuneConfig changed = FineTuneConfig.defaults()
                .withBatches(32, 2)
                .withPatience(3)
                .withTrainEncoder(true)
                .withReplay(false, 0.5)
                .withMinimumWordCount(4)
                .withBatchNormMomentum(0.2)
                .withSeed(6);

        assertThat(changed)
                .isEqualTo(new FineTuneConfig(
                        5, 0.0003, 32, 2, 3, true, false, 0.5, 4, 1000, Decay.COSINE, 20, 0, 0.2, 1000, 6));
    }

    @Test
    void shouldNameTheEntryThatCannotBeRead() {
        assertThatThrownBy(() -> FineTuneConfig.fromMap(Map.of("fineTune.replay", "yes")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("fineTune.replay cannot be 'yes'");
        assertThatThrownBy(() -> FineTuneConfig.fromMap(Map.of("fineTune.epochs", "many")))
                .hasMessage("fineTune.epochs cannot be 'many'");
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        FineTuneConfig config = FineTuneConfig.defaults();
        assertThatThrownBy(() -> config.withSchedule(0, 0.1)).hasMessage("epochs is not positive: 0");
        assertThatThrownBy(() -> config.withReplay(true, -1)).hasMessageContaining("replayRatio");
        assertThatThrownBy(() -> config.withMinimumWordCount(0)).hasMessageContaining("minimumWordCount");
    }
}
