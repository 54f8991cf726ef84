package io.captionstream.finetune;

import io.captionstream.image.ResizeMode;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import io.captionstream.training.CaptionTraining;
import io.captionstream.training.CheckpointFolder;
import io.captionstream.training.MeasuredBundle;
import io.captionstream.training.StartingPoint;
import io.captionstream.training.TrainingListener;
import io.captionstream.training.TrainingResources;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** One training run, from its starting point to its bundle. */
record LearningRun(
        NetworkConfig network,
        Vocabulary vocabulary,
        StartingPoint start,
        ResizeMode resize,
        DecodingOptions decoding,
        FineTuneConfig config) {
    /** As {@link FineTune#run}. */
    Optional<ModelBundle> bundle(
            TrainingSet set,
            String version,
            Instant createdAt,
            Map<String, String> lineage,
            Path out,
            Path checkpoints,
            TrainingResources resources,
            TrainingListener listener,
            BooleanSupplier stopRequested)
            throws IOException, BundleException, InferenceException {
        CaptionTraining training = new CaptionTraining(
                network,
                config.hyperparameters(),
                vocabulary,
                start,
                new CheckpointFolder(checkpoints),
                resources,
                resize);
        Map<String, String> whole = lineage(lineage, set, training);
        if (Files.exists(out)) {
            return Optional.of(existing(out, version, whole));
        }
        Optional<Weights> weights = training.run(set.images(), listener, stopRequested);
        if (weights.isEmpty()) {
            return Optional.empty();
        }
        BundleWriter.Contents contents = new BundleWriter.Contents(
                network.architecture().modelName(),
                version,
                network,
                weights.get(),
                vocabulary,
                resize.label(),
                decoding,
                Map.of(),
                whole,
                createdAt);
        return Optional.of(MeasuredBundle.write(out, contents, set.heldOut()));
    }

    private Map<String, String> lineage(Map<String, String> lineage, TrainingSet set, CaptionTraining training)
            throws IOException {
        Map<String, String> whole = new TreeMap<>(lineage);
        whole.putAll(config.toMap());
        whole.putAll(training.lineage(set.images()));
        whole.put("freshImages", Integer.toString(set.fresh().size()));
        whole.put("freshDigest", PairDigest.of(set.fresh()));
        whole.put("replayedImages", Integer.toString(set.replayed().size()));
        whole.put("replayedDigest", PairDigest.of(set.replayed()));
        whole.put("heldOutImages", Integer.toString(set.heldOut().size()));
        whole.put("heldOutDigest", PairDigest.of(set.heldOut()));
        return whole;
    }

    /** The bundle of a call that was cut off after it wrote it. */
    private static ModelBundle existing(Path out, String version, Map<String, String> lineage)
            throws BundleException, FileAlreadyExistsException {
        ModelBundle bundle = ModelBundle.open(out);
        BundleManifest manifest = bundle.manifest();
        if (!manifest.version().equals(version) || !manifest.lineage().equals(lineage)) {
            throw new FileAlreadyExistsException(
                    out + " holds version " + manifest.version() + " of another run; bundles are not overwritten");
        }
        return bundle;
    }
}
