package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Training in stages, each from the weights of the one before: the usual recipe trains the decoder on a frozen encoder
 * first and all of the network at a smaller rate then. Stopped anywhere, it goes on there.
 */
public final class StagedTraining {
    private final NetworkConfig network;
    private final List<Hyperparameters> stages;
    private final Vocabulary vocabulary;
    private final StartingPoint start;
    private final Path checkpoints;
    private final TrainingResources resources;

    /** @param checkpoints each stage has a folder in it, unless there is one stage only */
    public StagedTraining(
            NetworkConfig network,
            List<Hyperparameters> stages,
            Vocabulary vocabulary,
            StartingPoint start,
            Path checkpoints,
            TrainingResources resources) {
        this.network = requireNonNull(network, "network is null");
        this.stages = List.copyOf(stages);
        this.vocabulary = requireNonNull(vocabulary, "vocabulary is null");
        this.start = requireNonNull(start, "start is null");
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.resources = requireNonNull(resources, "resources is null");
        checkArgument(!this.stages.isEmpty(), "stages is empty");
    }

    /** As {@link CaptionTraining#run}; the listener hears of the epochs of all stages so far. */
    public Optional<Weights> run(List<CaptionedImage> images, TrainingListener listener, BooleanSupplier stopRequested)
            throws IOException {
        StartingPoint from = start;
        TrainingHistory before = TrainingHistory.EMPTY;
        for (int stage = 0; ; stage++) {
            StageListener heard = new StageListener(listener, before);
            Optional<Weights> weights = training(stage, from).run(images, heard, stopRequested);
            if (weights.isEmpty() || stage + 1 == stages.size()) {
                return weights;
            }
            from = StartingPoint.of(weights.get());
            before = heard.all;
        }
    }

    private CaptionTraining training(int stage, StartingPoint from) {
        Path folder = stages.size() == 1 ? checkpoints : checkpoints.resolve("stage-" + (stage + 1));
        return new CaptionTraining(
                network, stages.get(stage), vocabulary, from, new CheckpointFolder(folder), resources);
    }

    /** What the weights depend on; of the later stages their hyper-parameters. */
    public Map<String, String> lineage(List<CaptionedImage> images) {
        ImmutableMap.Builder<String, String> lineage = ImmutableMap.builder();
        lineage.putAll(training(0, start).lineage(images));
        for (int stage = 1; stage < stages.size(); stage++) {
            lineage.put(
                    "hyperparameters.stage-" + (stage + 1), stages.get(stage).toString());
        }
        return lineage.buildOrThrow();
    }

    /** Puts the epochs of the stages before in front. */
    private static final class StageListener implements TrainingListener {
        private final TrainingListener listener;
        private final TrainingHistory before;
        private TrainingHistory all;

        StageListener(TrainingListener listener, TrainingHistory before) {
            this.listener = listener;
            this.before = before;
            this.all = before;
        }

        @Override
        public void onHistory(TrainingHistory history) {
            all = before.followedBy(history);
            listener.onHistory(all);
        }

        @Override
        public void onStart(int epochs, int stepsPerEpoch, int batchSize, long firstStep) {
            listener.onStart(epochs, stepsPerEpoch, batchSize, firstStep);
        }

        @Override
        public void onStep(long step, float loss) {
            listener.onStep(step, loss);
        }

        @Override
        public void onFeatures(int done, int total) {
            listener.onFeatures(done, total);
        }

        @Override
        public void onEpoch(EpochResult result) {
            listener.onEpoch(result);
        }

        @Override
        public void onCheckpoint(long steps) {
            listener.onCheckpoint(steps);
        }
    }
}
