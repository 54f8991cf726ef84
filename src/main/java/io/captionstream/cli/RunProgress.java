package io.captionstream.cli;

import io.captionstream.labels.LabeledDataset;
import io.captionstream.learning.RunListener;
import io.captionstream.training.EpochResult;
import io.captionstream.training.TrainingListener;
import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Progress bars of a run: labels, images, then training. */
final class RunProgress implements RunListener, AutoCloseable {
    private final PrintWriter out;
    private final TrainingProgress training;
    private @Nullable ProgressBar bar;
    private String task = "";

    RunProgress(PrintWriter out) {
        this.out = out;
        this.training = new TrainingProgress(out, TrainingListener.NONE);
    }

    @Override
    public void onRecords(long done, long total) {
        show("Labels", done, total);
    }

    @Override
    public void onImages(int done, int total) {
        show("Images", done, total);
    }

    private void show(String what, long done, long total) {
        ProgressBar shown = bar;
        if (shown == null || !task.equals(what)) {
            closeBar();
            task = what;
            shown = new ProgressBarBuilder()
                    .setTaskName(what)
                    .setInitialMax(total)
                    .build();
            bar = shown;
        }
        shown.maxHint(total);
        shown.stepTo(done);
    }

    @Override
    public void onDataset(LabeledDataset dataset) {
        closeBar();
        out.printf(
                "%d new and %d old images; labels: %s%n",
                dataset.fresh().size(), dataset.old().size(), dataset.outcomes());
        out.flush();
    }

    @Override
    public void onFeatures(int done, int total) {
        training.onFeatures(done, total);
    }

    @Override
    public void onStart(int epochs, int stepsPerEpoch, int batchSize, long firstStep) {
        training.onStart(epochs, stepsPerEpoch, batchSize, firstStep);
    }

    @Override
    public void onStep(long step, float loss) {
        training.onStep(step, loss);
    }

    @Override
    public void onEpoch(EpochResult result) {
        training.onEpoch(result);
    }

    @Override
    public void onJudging() {
        training.close();
        out.println("Judging it against its parent.");
        out.flush();
    }

    private void closeBar() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public void close() {
        closeBar();
        training.close();
    }
}
