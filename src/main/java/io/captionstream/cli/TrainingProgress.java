package io.captionstream.cli;

import io.captionstream.training.EpochResult;
import io.captionstream.training.TrainingHistory;
import io.captionstream.training.TrainingListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A progress bar with loss and rate for every epoch, and a line for what it came to. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
    /** Weight of the newest step in the loss shown. */
    private static final double SMOOTHING = 0.05;

    private final PrintWriter out;
    private final TrainingListener curves;
    private int epochs;
    private int stepsPerEpoch;
    private int batchSize;
    private double loss = Double.NaN;
    private long epochStart;
    private long epochFirstStep;

    private @Nullable ProgressBar bar;

    /** @param curves hears of the epochs, too */
    TrainingProgress(PrintWriter out, TrainingListener curves) {
        this.out = out;
        this.curves = curves;
    }

    @Override
    public void onFeatures(int done, int total) {
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName("Features")
                    .setInitialMax(total)
                    .build();
        }
        bar.stepTo(done);
        if (done == total) {
            close();
        }
    }

    @Override
    public void onHistory(TrainingHistory history) {
        curves.onHistory(history);
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
        String metrics = result.metrics().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(metric -> ", %s %.3f".formatted(metric.getKey(), metric.getValue()))
                .collect(Collectors.joining());
        out.printf(
                "Epoch %d/%d: loss %.4f, validation loss %.4f%s, %.0f images/s%n",
                result.epoch(), epochs, result.trainingLoss(), result.validationLoss(), metrics, rate);
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
