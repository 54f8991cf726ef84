package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.finetune.GateConfig;
import io.captionstream.learning.LearningConfig;
import io.captionstream.learning.TrialRules;
import io.captionstream.learning.Trigger;
import io.captionstream.release.RetryDelay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class TrainingSettingsTest {
    private static final long HEAP = 512L << 20;
    private static final List<String> MODELS = List.of("resnet50-lstm", "inceptionv3-glove");

    @Test
    void shouldDefaultToWhatThePackagesThemselvesDefaultTo() {
        TrainingSettings settings = settings(Map.of());

        assertThat(settings.fineTune()).isEqualTo(FineTuneConfig.defaults());
        assertThat(settings.gate()).isEqualTo(GateConfig.defaults());
        LearningConfig learning = settings.learning(MODELS, "here");
        assertThat(learning.trials()).isEqualTo(TrialRules.defaults());
        assertThat(learning.retry()).isEqualTo(new RetryDelay(Duration.ofMinutes(1), Duration.ofHours(1)));
        assertThat(learning.triggers()).containsOnlyKeys(MODELS).containsValue(Trigger.every(500));
        assertThat(settings.resources().pixelMemory()).isEqualTo(HEAP / 4);
    }

    @Test
    void shouldTakeTriggersOfSingleModels() {
        TrainingSettings settings = settings(Map.of(
                "captionstream.training.new-pairs", "100",
                "captionstream.training.interval", "1h",
                "captionstream.training.models.\"resnet50-lstm\".new-pairs", "7",
                "captionstream.training.models.\"resnet50-lstm\".cron", "0 3 * * *"));

        Map<String, Trigger> triggers = settings.learning(MODELS, "here").triggers();

        assertThat(triggers.get("inceptionv3-glove")).isEqualTo(new Trigger(100, Duration.ofHours(1), null));
        assertThat(triggers.get("resnet50-lstm").newPairs()).isEqualTo(7);
        assertThat(triggers.get("resnet50-lstm").interval()).isEqualTo(Duration.ofHours(1));
        assertThat(triggers.get("resnet50-lstm").cron()).hasToString("0 3 * * *");
    }

    @Test
    void shouldRefuseTriggersOfAModelThatIsNotThere() {
        TrainingSettings settings = settings(Map.of("captionstream.training.models.\"resnet\".new-pairs", "7"));

        assertThatThrownBy(() -> settings.learning(MODELS, "here"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("captionstream.training.models");
    }

    @Test
    void shouldAskForAStore() {
        assertThatThrownBy(() -> settings(Map.of()).store())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("captionstream.store.uri");
    }

    @Test
    void shouldKeepItsFilesInTheStateDirectoryUnlessToldOtherwise() {
        assertThat(settings(Map.of("captionstream.state-directory", "/state")).directory())
                .isEqualTo(Path.of("/state/training"));
        assertThat(settings(Map.of("captionstream.training.directory", "/disk")).directory())
                .isEqualTo(Path.of("/disk"));
    }

    @Test
    void shouldTrainExactlyOnceWhateverTheOperatorSets() {
        Properties properties = StreamsProperties.train(SettingsTest.config(Map.of(
                "captionstream.kafka.properties.\"processing.guarantee\"", "at_least_once",
                "captionstream.kafka.properties.\"poll.ms\"", "7")));

        assertThat(properties)
                .containsEntry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2)
                .containsEntry(StreamsConfig.APPLICATION_ID_CONFIG, "captionstream-train")
                .containsEntry("poll.ms", "7")
                .containsEntry(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 30_000);
    }

    private static TrainingSettings settings(Map<String, String> properties) {
        return new TrainingSettings(SettingsTest.config(properties), HEAP);
    }
}
