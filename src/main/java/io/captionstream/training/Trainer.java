package io.captionstream.training;

import static java.util.Objects.requireNonNull;

import io.captionstream.network.TrainingBatch;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.Weights;
import io.captionstream.training.CheckpointFolder.Checkpoint;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop: steps over shuffled epochs, a judgement and a checkpoint after each, and one more checkpoint when it
 * is asked to stop. What it does next depends only on its checkpoint, so that a run that was stopped and taken up again
 * ends with the weights of one that was not.
 */
final class Trainer {
    private final TrainingGraph graph;
    private final Hyperparameters hyperparameters;
    private final BatchSource training;
    private final @Nullable BatchSource validation;
    private final @Nullable EpochJudge judge;
    private final CheckpointFolder checkpoints;
    private final String run;
    private final Executor executor;
    private final TrainingListener listener;
    private final LearningRateSchedule schedule;

    private long step;
    private double lossSum;
    private TrainingHistory history = TrainingHistory.EMPTY;
    private Optional<Weights> best = Optional.empty();

    /**
     * @param validation images judged after every epoch; null for none
     * @param judge of decoded captions after every epoch; null for none, then there is no early stop
     * @param run describes the run in its checkpoints
     * @param executor computes micro-batches
     */
    Trainer(
            TrainingGraph graph,
            Hyperparameters hyperparameters,
            BatchSource training,
            @Nullable BatchSource validation,
            @Nullable EpochJudge judge,
            CheckpointFolder checkpoints,
            String run,
            Executor executor,
            TrainingListener listener) {
        this.graph = requireNonNull(graph, "graph is null");
        this.hyperparameters = requireNonNull(hyperparameters, "hyperparameters is null");
        this.training = requireNonNull(training, "training is null");
        this.validation = validation;
        this.judge = judge;
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.run = requireNonNull(run, "run is null");
        this.executor = requireNonNull(executor, "executor is null");
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
     * @return the weights the run came to; empty if it was stopped, then a checkpoint has been written
     * @throws MismatchedCheckpointException if the checkpoint is of another run
     * @throws IOException if an image cannot be read or a checkpoint cannot be written
     */
    Optional<Weights> run(BooleanSupplier stopRequested) throws IOException {
        resume();
        int perEpoch = training.batchesPerEpoch();
        listener.onStart(hyperparameters.epochs(), perEpoch, training.batchSize(), step);
        listener.onHistory(history);
        for (int epoch = history.epochs().size(); epoch < hyperparameters.epochs() && !isOver(); epoch++) {
            boolean complete = steps(epoch, stopRequested);
            Weights weights = graph.weights();
            if (complete) {
                judge(epoch, weights);
            }
            checkpoint(weights);
            if (!complete) {
                return Optional.empty();
            }
            if (stopRequested.getAsBoolean() && epoch + 1 < hyperparameters.epochs() && !isOver()) {
                return Optional.empty();
            }
        }
        return Optional.of(best.orElseGet(graph::weights));
    }

    private boolean isOver() {
        return history.isStale(hyperparameters.patience());
    }

    /** The steps of an epoch that are not done yet. False if stopped before the last. */
    private boolean steps(int epoch, BooleanSupplier stopRequested) throws IOException {
        int perEpoch = training.batchesPerEpoch();
        int first = (int) (step - (long) epoch * perEpoch);
        try (BatchQueue batches = new BatchQueue(training, epoch, first)) {
            for (int batch = first; batch < perEpoch; batch++) {
                TrainingBatch examples = batches.next();
                float loss = graph.step(examples.cut(hyperparameters.microBatches()), executor, schedule.rate(step));
                requireFinite(loss);
                lossSum += loss;
                listener.onStep(step++, loss);
                if (stopRequested.getAsBoolean() && batch + 1 < perEpoch) {
                    return false;
                }
            }
        }
        return true;
    }

    private void judge(int epoch, Weights weights) throws IOException {
        EpochResult result = new EpochResult(
                epoch + 1,
                lossSum / training.batchesPerEpoch(),
                validationLoss(),
                schedule.rate(step - 1),
                judge == null ? Map.of() : judge.judge(weights));
        history = history.with(result);
        if (hyperparameters.patience() > 0 && history.best().equals(Optional.of(result))) {
            best = Optional.of(weights);
        }
        lossSum = 0;
        listener.onEpoch(result);
        listener.onHistory(history);
    }

    private void resume() throws IOException {
        Optional<Checkpoint> latest = checkpoints.latest();
        if (latest.isEmpty()) {
            return;
        }
        Checkpoint checkpoint = latest.get();
        if (!checkpoint.run().equals(run)) {
            throw new MismatchedCheckpointException(checkpoint.run(), run);
        }
        graph.load(checkpoint.weights());
        graph.loadOptimizerState(checkpoint.optimizer());
        step = checkpoint.steps();
        lossSum = checkpoint.lossSum();
        history = checkpoint.history();
        best = checkpoint.best();
    }

    private void checkpoint(Weights weights) throws IOException {
        checkpoints.write(new Checkpoint(step, run, weights, graph.optimizerState(), lossSum, history, best));
        listener.onCheckpoint(step);
    }

    private double validationLoss() throws IOException {
        if (validation == null) {
            return Double.NaN;
        }
        int[] order = validation.order(0);
        double sum = 0;
        for (int batch = 0; batch < validation.batchesPerEpoch(); batch++) {
            sum += graph.loss(validation.batch(order, batch));
        }
        return sum / validation.batchesPerEpoch();
    }

    /** Weights that went wrong stay wrong; the checkpoint before them is still good. */
    private void requireFinite(float loss) {
        if (!Float.isFinite(loss)) {
            throw new DivergedException("The loss of step %s is %s; try a smaller learning rate".formatted(step, loss));
        }
    }
}
