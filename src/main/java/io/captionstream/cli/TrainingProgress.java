package io.captionstream.cli;

import io.captionstream.training.EpochResult;
import io.captionstream.training.TrainingListener;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A progress bar with loss and rate for every epoch, and a line for what it came to. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
    /** Weight of the newest step in the loss shown. */
    private static final double SMOOTHING = 0.05;

    private final PrintWriter out;
    private int epochs;
    private int stepsPerEpoch;
    private int batchSize;
    private double loss = Double.NaN;
    private long epochStart;
    private long epochFirstStep;

    private @Nullable ProgressBar bar;

    TrainingProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void onStart(int epochs, int stepsPerEpoch, int batchSize, long firstStep) {
        this.epochs = epochs;
        this.stepsPerEpoch = stepsPerEpoch;
        this.batchSize = batchSize;
        if (firstStep > 0) {
            out.printf("Going on after step %d of %d.%n", firstStep, (long) epochs * stepsPerEpoch);
            out.flush();
        }
    }

    @Override
    public void onStep(long step, float stepLoss) {
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName("Epoch %d/%d".formatted(step / stepsPerEpoch + 1, epochs))
                    .setInitialMax(stepsPerEpoch)
                    .startsFrom(step % stepsPerEpoch, Duration.ZERO)
                    .build();
            epochStart = System.nanoTime();
            epochFirstStep = step;
        }
        loss = Double.isNaN(loss) ? stepLoss : loss + SMOOTHING * (stepLoss - loss);
        bar.step();
        bar.setExtraMessage("loss %.4f, %.0f images/s".formatted(loss, rate(step + 1)));
    }

    @Override
    public void onEpoch(EpochResult result) {
        double rate = rate((long) result.epoch() * stepsPerEpoch);
        close();
        out.printf(
                "Epoch %d/%d: loss %.4f, validation loss %.4f, %.0f images/s%n",
                result.epoch(), epochs, result.trainingLoss(), result.validationLoss(), rate);
        out.flush();
    }

    private double rate(long steps) {
        return (steps - epochFirstStep) * batchSize * 1e9 / (System.nanoTime() - epochStart);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
