package io.captionstream.learning;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.ModelRelease;
import io.captionstream.finetune.Gate;
import io.captionstream.finetune.GateResult;
import io.captionstream.finetune.LearningData;
import io.captionstream.labels.LabelListener;
import io.captionstream.labels.LabelLog;
import io.captionstream.labels.LabeledDataset;
import io.captionstream.labels.LogRange;
import io.captionstream.model.BundleException;
import io.captionstream.model.InferenceException;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The real work: runs, verdicts and bundles, by what the topic of releases says. */
public final class ReleasedWork implements TrainingWork {
    private final NewestRelease releases;
    private final TrainingRun runs;
    private final LabelLog labels;
    private final Gate gate;
    private final BundleGarbage garbage;

    public ReleasedWork(NewestRelease releases, TrainingRun runs, LabelLog labels, Gate gate, BundleGarbage garbage) {
        this.releases = requireNonNull(releases, "releases is null");
        this.runs = requireNonNull(runs, "runs is null");
        this.labels = requireNonNull(labels, "labels is null");
        this.gate = requireNonNull(gate, "gate is null");
        this.garbage = requireNonNull(garbage, "garbage is null");
    }

    @Override
    public ModelRelease newest(String model) throws IOException {
        return releases.of(model);
    }

    @Override
    public Optional<RunOutcome> train(RunPlan plan, RunListener listener, BooleanSupplier stopRequested)
            throws IOException, BundleException, InferenceException {
        runs.forgetOthers(plan);
        return runs.run(plan, listener, stopRequested);
    }

    @Override
    public Optional<GateResult> judge(
            String model, String champion, String challenger, List<LogRange> unseen, BooleanSupplier stopRequested)
            throws IOException, BundleException, InferenceException {
        Optional<LabeledDataset> data = labels.read(unseen, LabelListener.NONE, stopRequested);
        if (data.isEmpty()) {
            return Optional.empty();
        }
        // Neither version has learned from any of them, whatever their split.
        List<CaptionedImage> images = data.get().images().stream()
                .map(image -> new CaptionedImage(image.id(), image.file(), image.captions(), Split.TEST))
                .toList();
        return Optional.of(gate.judge(
                runs.stored(model, champion), runs.stored(model, challenger), new LearningData(images, List.of())));
    }

    @Override
    public void forget(RunPlan plan) throws IOException {
        runs.forget(plan);
    }

    @Override
    public int collectGarbage(String model) throws IOException {
        return garbage.collect(model);
    }
}
