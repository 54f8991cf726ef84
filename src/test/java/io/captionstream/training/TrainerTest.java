package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.network.TrainingBatch;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.TrainingOptions;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final NetworkConfig NETWORK = new NetworkConfig(
            Architecture.RESNET50_LSTM, 32, 0.125, 8, 16, 20, 5, EncoderVariant.TORCHVISION, Preprocessing.IMAGENET);
    private static final int EPOCHS = 6;

    @TempDir
    Path folder;

    @Test
    void shouldEndWithTheBestEpochWhenCiderNoLongerRises() throws IOException {
        Judge judge = new Judge(0.1, 0.4, 0.3, 0.4, 0.9);

        Run run = run("early", 2, judge, () -> false);

        assertThat(judge.judged).hasSize(4);
        assertThat(run.weights).isEqualTo(judge.judged.get(1));
        assertThat(run.history.epochs()).extracting(EpochResult::epoch).containsExactly(1, 2, 3, 4);
        assertThat(run.history.best().orElseThrow().epoch()).isEqualTo(2);
    }

    @Test
    void shouldRememberTheBestEpochOverAStop() throws IOException {
        Judge judge = new Judge(0.1, 0.4, 0.3, 0.2);
        Weights expected = run("whole", 2, judge, () -> false).weights;

        Judge before = new Judge(0.1, 0.4, 0.3);
        Run stopped = run("stopped", 2, before, () -> before.judged.size() == 3);
        assertThat(stopped.weights).isNull();
        Judge after = new Judge(0.2);
        Run resumed = run("stopped", 2, after, () -> false);

        assertThat(after.judged).hasSize(1);
        assertThat(resumed.weights).isEqualTo(expected).isEqualTo(judge.judged.get(1));

        // It is over: nothing is trained or judged any more.
        Judge none = new Judge();
        assertThat(run("stopped", 2, none, () -> false).weights).isEqualTo(expected);
        assertThat(none.judged).isEmpty();
    }

    @Test
    void shouldRunAllEpochsWithoutPatience() throws IOException {
        Judge judge = new Judge(0.9, 0.1, 0.1, 0.1, 0.1, 0.1);

        assertThat(run("patient", 0, judge, () -> false).weights).isEqualTo(judge.judged.get(EPOCHS - 1));
    }

    @Test
    void shouldGiveTheLossesOfARunThatWasNeverStopped() throws IOException {
        Run whole = run("whole", 0, null, () -> false);
        int[] asked = {0};
        assertThat(run("parts", 0, null, () -> ++asked[0] == 2).weights).isNull();

        assertThat(run("parts", 0, null, () -> false).history).isEqualTo(whole.history);
    }

    private Run run(String name, int patience, @Nullable Judge judge, BooleanSupplier stop) throws IOException {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            examples.add(new Example(i, new int[] {4 + i % 7, 11 + i % 5}));
        }
        Run run = new Run();
        Hyperparameters hyperparameters = Hyperparameters.defaults()
                .withSchedule(EPOCHS, 0.01)
                .withBatches(4, 1)
                .withPatience(patience)
                .withOptions(TrainingOptions.defaults().withTrainEncoder(false));
        try (TrainingGraph graph = new TrainingGraph(NETWORK, hyperparameters.options(), 1)) {
            BatchInputs inputs = (images, tokens) -> features(graph.featureCount(), images, tokens);
            run.weights = new Trainer(
                            graph,
                            hyperparameters,
                            new BatchSource(inputs, examples, 4, 1),
                            null,
                            judge,
                            new CheckpointFolder(folder.resolve(name)),
                            "run",
                            Runnable::run,
                            run)
                    .run(stop)
                    .orElse(null);
        }
        return run;
    }

    private static TrainingBatch features(int count, int[] images, int[][] tokens) {
        float[] rows = new float[images.length * count];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) Math.sin(images[i / count] * 31 + i % count);
        }
        return new TrainingBatch.Features(rows, tokens);
    }

    private static final class Run implements TrainingListener {
        private @Nullable Weights weights;
        private TrainingHistory history = TrainingHistory.EMPTY;

        @Override
        public void onHistory(TrainingHistory history) {
            this.history = history;
        }
    }

    /** Gives the scores it was told to give. */
    private static final class Judge implements EpochJudge {
        private final Iterator<Double> scores;
        private final List<Weights> judged = new ArrayList<>();

        Judge(Double... scores) {
            this.scores = List.of(scores).iterator();
        }

        @Override
        public Map<String, Double> judge(Weights weights) {
            judged.add(weights);
            return Map.of(TrainingHistory.CIDER, scores.next());
        }
    }
}
