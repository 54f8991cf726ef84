package io.captionstream.training;

import static java.util.Objects.requireNonNull;

import io.captionstream.network.TrainingGraph;
import io.captionstream.training.CheckpointFolder.Checkpoint;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop: steps over shuffled epochs, a judgement and a checkpoint after each, and one more checkpoint when it
 * is asked to stop. What it does next depends only on the number of steps done, so that a run that was stopped and taken
 * up again ends with the weights of one that was not.
 */
final class Trainer {
    private final TrainingGraph graph;
    private final Hyperparameters hyperparameters;
    private final BatchSource training;
    private final @Nullable BatchSource validation;
    private final CheckpointFolder checkpoints;
    private final String run;
    private final TrainingListener listener;
    private final LearningRateSchedule schedule;

    /**
     * @param validation images judged after every epoch; null for none
     * @param run describes the run in its checkpoints
     */
    Trainer(
            TrainingGraph graph,
            Hyperparameters hyperparameters,
            BatchSource training,
            @Nullable BatchSource validation,
            CheckpointFolder checkpoints,
            String run,
            TrainingListener listener) {
        this.graph = requireNonNull(graph, "graph is null");
        this.hyperparameters = requireNonNull(hyperparameters, "hyperparameters is null");
        this.training = requireNonNull(training, "training is null");
        this.validation = validation;
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.run = requireNonNull(run, "run is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.schedule = new LearningRateSchedule(
                hyperparameters.learningRate(),
                hyperparameters.decay(),
                hyperparameters.warmupSteps(),
                (long) hyperparameters.epochs() * training.batchesPerEpoch());
    }

    /**
     * Trains from the latest checkpoint, or from the start if there is none, to the end.
     *
     * @param stopRequested asked after every step
     * @return whether the run came to its end; false if it was stopped, then a checkpoint has been written
     * @throws MismatchedCheckpointException if the checkpoint is of another run
     * @throws IOException if an image cannot be read or a checkpoint cannot be written
     */
    boolean run(BooleanSupplier stopRequested) throws IOException {
        long step = resume();
        int perEpoch = training.batchesPerEpoch();
        listener.onStart(hyperparameters.epochs(), perEpoch, training.batchSize(), step);
        for (int epoch = (int) (step / perEpoch); epoch < hyperparameters.epochs(); epoch++) {
            int first = (int) (step % perEpoch);
            double lossSum = 0;
            try (BatchQueue batches = new BatchQueue(training, epoch, first)) {
                for (int batch = first; batch < perEpoch; batch++) {
                    Batch examples = batches.next();
                    float loss = graph.step(examples.rgb(), examples.tokens(), schedule.rate(step));
                    requireFinite(loss, step);
                    lossSum += loss;
                    listener.onStep(step++, loss);
                    if (stopRequested.getAsBoolean() && batch + 1 < perEpoch) {
                        checkpoint(step);
                        return false;
                    }
                }
            }
            checkpoint(step);
            listener.onEpoch(new EpochResult(epoch + 1, lossSum / (perEpoch - first), validationLoss()));
            if (stopRequested.getAsBoolean() && epoch + 1 < hyperparameters.epochs()) {
                return false;
            }
        }
        return true;
    }

    private long resume() throws IOException {
        Optional<Checkpoint> latest = checkpoints.latest();
        if (latest.isEmpty()) {
            return 0;
        }
        Checkpoint checkpoint = latest.get();
        if (!checkpoint.run().equals(run)) {
            throw new MismatchedCheckpointException(checkpoint.run(), run);
        }
        graph.load(checkpoint.weights());
        graph.loadOptimizerState(checkpoint.optimizer());
        return checkpoint.steps();
    }

    private void checkpoint(long steps) throws IOException {
        checkpoints.write(new Checkpoint(steps, run, graph.weights(), graph.optimizerState()));
        listener.onCheckpoint(steps);
    }

    private double validationLoss() throws IOException {
        if (validation == null) {
            return Double.NaN;
        }
        int[] order = validation.order(0);
        double sum = 0;
        for (int batch = 0; batch < validation.batchesPerEpoch(); batch++) {
            Batch examples = validation.batch(order, batch);
            sum += graph.loss(examples.rgb(), examples.tokens());
        }
        return sum / validation.batchesPerEpoch();
    }

    /** Weights that went wrong stay wrong; the checkpoint before them is still good. */
    private static void requireFinite(float loss, long step) {
        if (!Float.isFinite(loss)) {
            throw new DivergedException("The loss of step %s is %s; try a smaller learning rate".formatted(step, loss));
        }
    }
}
