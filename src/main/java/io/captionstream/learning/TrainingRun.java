package io.captionstream.learning;

import static java.util.Objects.requireNonNull;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.finetune.FineTune;
import io.captionstream.finetune.Gate;
import io.captionstream.finetune.GateResult;
import io.captionstream.finetune.LearningData;
import io.captionstream.labels.DatasetFile;
import io.captionstream.labels.LabelLog;
import io.captionstream.labels.LabeledDataset;
import io.captionstream.model.BundleException;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.store.BundleCache;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoredBundle;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.MismatchedCheckpointException;
import io.captionstream.training.Split;
import io.captionstream.training.TrainingResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries out plans: reads the labels, fine-tunes, judges, stores. Each run has a folder, by which it goes on where it was
 * stopped or killed, and ends with the bundle that it would have made undisturbed.
 */
public final class TrainingRun {
    private static final Logger LOG = Logger.getLogger(TrainingRun.class);
    private static final String DATASET = "dataset.json";
    private static final String CHECKPOINTS = "checkpoints";
    private static final String BUNDLE = "bundle";

    private final LabelLog labels;
    private final BundleStore store;
    private final Gate gate;
    private final TrainingResources resources;
    private final Path folder;

    /**
     * @param store has the parents and gets the bundles
     * @param folder for the folders of the runs and copies of their parents; one process at a time may use it
     */
    public TrainingRun(LabelLog labels, BundleStore store, Gate gate, TrainingResources resources, Path folder) {
        this.labels = requireNonNull(labels, "labels is null");
        this.store = requireNonNull(store, "store is null");
        this.gate = requireNonNull(gate, "gate is null");
        this.resources = requireNonNull(resources, "resources is null");
        this.folder = requireNonNull(folder, "folder is null");
    }

    /**
     * Trains, has the gate judge the bundle against its parent, and puts it into the store, whatever the verdict. A
     * version made from nothing is not judged.
     *
     * @return empty if it was stopped; it goes on next time
     * @throws NothingToLearnException if there is no fresh pair in the training split
     * @throws IOException if log, images, store or disk do not do their part; trying again may help
     */
    public Optional<RunOutcome> run(RunPlan plan, RunListener listener, BooleanSupplier stopRequested)
            throws IOException, BundleException, InferenceException {
        Optional<TrainedBundle> trained = train(plan, listener, stopRequested);
        if (trained.isEmpty() || stopRequested.getAsBoolean()) {
            return Optional.empty();
        }
        TrainedBundle result = trained.get();
        listener.onJudging();
        GateResult verdict = verdict(result);
        StoredBundle stored = store.publish(result.bundle());
        Map<String, Double> metrics = new TreeMap<>(result.bundle().manifest().metrics());
        metrics.putAll(verdict.metrics());
        return Optional.of(new RunOutcome(
                plan.version(),
                stored,
                verdict,
                metrics,
                result.labels().outcomes(),
                result.labels().holdoutDigest()));
    }

    private GateResult verdict(TrainedBundle trained) throws IOException, InferenceException {
        ModelBundle parent = trained.parent();
        LabeledDataset data = trained.labels();
        return parent == null
                ? new GateResult(false, "trained from nothing, so there is no parent to be better than", Map.of())
                : gate.judge(parent, trained.bundle(), new LearningData(data.fresh(), data.old()));
    }

    /**
     * Only trains. The bundle is in the run's folder until {@link #forget}.
     *
     * @return empty if it was stopped; it goes on next time
     */
    public Optional<TrainedBundle> train(RunPlan plan, RunListener listener, BooleanSupplier stopRequested)
            throws IOException, BundleException, InferenceException {
        RunPlan.Parent from = plan.parent();
        ModelBundle parent = from == null ? null : stored(plan.model(), from.digest());
        Optional<LabeledDataset> labeled = labels(plan, parent, listener, stopRequested);
        if (labeled.isEmpty()) {
            return Optional.empty();
        }
        LabeledDataset data = labeled.get();
        listener.onDataset(data);
        Stream<CaptionedImage> learned = parent == null ? data.images().stream() : data.fresh().stream();
        if (learned.noneMatch(image -> image.split() == Split.TRAIN)) {
            throw new NothingToLearnException(data.outcomes());
        }
        Optional<ModelBundle> bundle;
        try {
            bundle = fineTune(plan, parent, data, listener, stopRequested);
        } catch (MismatchedCheckpointException e) {
            LOG.warnf("Run %s begins again: %s", plan.runId(), e.getMessage());
            delete(folder(plan).resolve(CHECKPOINTS));
            bundle = fineTune(plan, parent, data, listener, stopRequested);
        }
        return bundle.map(made -> new TrainedBundle(made, parent, data));
    }

    private Optional<ModelBundle> fineTune(
            RunPlan plan,
            @Nullable ModelBundle parent,
            LabeledDataset data,
            RunListener listener,
            BooleanSupplier stopRequested)
            throws IOException, BundleException, InferenceException {
        Path out = folder(plan).resolve(BUNDLE);
        // Of a run that was cut off when it was done. It is made again from the last checkpoint, which tells the
        // listener
        // of the epochs.
        delete(out);
        FineTune fineTune = new FineTune(plan.config(), folder(plan).resolve(CHECKPOINTS), resources);
        LearningData learned = new LearningData(data.fresh(), data.old());
        return parent == null
                ? fineTune.fromScratch(
                        requireNonNull(plan.sizes()),
                        learned,
                        plan.version(),
                        plan.createdAt(),
                        plan.lineage(),
                        out,
                        listener,
                        stopRequested)
                : fineTune.run(
                        parent,
                        learned,
                        plan.version(),
                        plan.createdAt(),
                        plan.lineage(),
                        out,
                        listener,
                        stopRequested);
    }

    private Optional<LabeledDataset> labels(
            RunPlan plan, @Nullable ModelBundle parent, RunListener listener, BooleanSupplier stopRequested)
            throws IOException {
        Path file = folder(plan).resolve(DATASET);
        Optional<LabeledDataset> noted = DatasetFile.read(file, labels.images());
        if (noted.isPresent()) {
            return noted;
        }
        Set<String> words =
                parent == null ? Set.of() : Set.copyOf(parent.vocabulary().words());
        Optional<LabeledDataset> read = labels.read(plan.ranges(), listener, stopRequested)
                .map(data -> data.understoodBy(words, plan.config().minimumWordCount()));
        if (read.isPresent()) {
            DatasetFile.write(file, read.get());
        }
        return read;
    }

    /**
     * Opens a version that is in the store.
     *
     * @throws NoSuchFileException if there is none with the digest
     */
    public ModelBundle stored(String model, String digest) throws IOException, BundleException {
        StoredBundle stored = store.list(model).stream()
                .filter(bundle -> bundle.digest().equals(digest))
                .findFirst()
                .orElseThrow(() -> new NoSuchFileException(
                        "%s %s".formatted(model, digest), null, "there is no such bundle in the store"));
        return cache(model).open(stored.uri(), digest);
    }

    /** Models do not share one: what none of them needs any more is easily told. */
    private BundleCache cache(String model) {
        return new BundleCache(store, folder.resolve("parents").resolve(model));
    }

    /** Where a run keeps what it goes on from, and its bundle. */
    public Path folder(RunPlan plan) {
        return runs(plan).resolve(plan.runId());
    }

    private Path runs(RunPlan plan) {
        return folder.resolve("runs").resolve(plan.model());
    }

    /** Deletes what runs of the model before this one have left, and copies of parents other than this one's. */
    void forgetOthers(RunPlan plan) throws IOException {
        RunPlan.Parent parent = plan.parent();
        cache(plan.model()).retain(parent == null ? Set.of() : Set.of(parent.digest()));
        if (!Files.isDirectory(runs(plan))) {
            return;
        }
        try (Stream<Path> entries = Files.list(runs(plan))) {
            for (Path entry : entries.toList()) {
                if (!entry.equals(folder(plan))) {
                    delete(entry);
                }
            }
        }
    }

    /** Deletes a run's folder, its bundle included. */
    public void forget(RunPlan plan) throws IOException {
        delete(folder(plan));
    }

    private static void delete(Path path) throws IOException {
        if (Files.exists(path)) {
            MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }
}
