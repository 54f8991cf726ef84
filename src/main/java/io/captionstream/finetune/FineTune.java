package io.captionstream.finetune;

import static java.util.Objects.requireNonNull;

import io.captionstream.image.ResizeMode;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Safetensors;
import io.captionstream.network.VocabularyGrowth;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import io.captionstream.training.StartingPoint;
import io.captionstream.training.TrainingListener;
import io.captionstream.training.TrainingResources;
import io.captionstream.training.VocabularyBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Makes a challenger of a champion and new labels. It starts from the champion's weights, learns new words that are said
 * often enough, and mixes old images in so that they are not forgotten. The bundle that comes out is a function of
 * champion, data, configuration, version and lineage: whatever stops a run, the same call goes on from its last
 * checkpoint and ends with the bundle of one that was never stopped, by digest.
 */
public final class FineTune {
    private final FineTuneConfig config;
    private final Path checkpoints;
    private final TrainingResources resources;
    private final Map<String, float[]> wordVectors;

    /** @param checkpoints folder of this run alone, to be deleted when its bundle is safe */
    public FineTune(FineTuneConfig config, Path checkpoints, TrainingResources resources) {
        this(config, checkpoints, resources, Map.of());
    }

    /** @param wordVectors that words the champion lacks start from, where there are some, such as GloVe's */
    public FineTune(
            FineTuneConfig config, Path checkpoints, TrainingResources resources, Map<String, float[]> wordVectors) {
        this.config = requireNonNull(config, "config is null");
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.resources = requireNonNull(resources, "resources is null");
        this.wordVectors = Map.copyOf(wordVectors);
    }

    /**
     * Trains and writes the bundle. Network sizes, resizing and decoding defaults are the champion's.
     *
     * @param lineage what the caller knows of the run; entries of the run itself are added
     * @param out appears complete or not at all; if a call before this one wrote it already, it is opened
     * @return empty if stopped
     * @throws io.captionstream.training.MalformedDatasetException if there is no fresh training image or an image cannot be
     *     decoded
     * @throws java.nio.file.FileAlreadyExistsException if something else is at {@code out}
     * @throws IllegalArgumentException if the champion's graph was made elsewhere, so that its weights cannot be had
     * @throws io.captionstream.training.DivergedException if the learning rate was too large
     */
    public Optional<ModelBundle> run(
            ModelBundle champion,
            LearningData data,
            String version,
            Instant createdAt,
            Map<String, String> lineage,
            Path out,
            TrainingListener listener,
            BooleanSupplier stopRequested)
            throws IOException, BundleException, InferenceException {
        BundleManifest manifest = champion.manifest();
        NetworkConfig network = manifest.requireNetwork();
        TrainingSet set = TrainingSet.of(data, config);
        List<String> words = new NewWords(config.minimumWordCount(), config.maximumNewWords())
                .of(set.fresh(), champion.vocabulary());
        Vocabulary vocabulary = champion.vocabulary().with(words);
        Map<String, String> all = new TreeMap<>(lineage);
        all.put("championDigest", champion.digest());
        all.put("newWords", String.join(" ", words));
        LearningRun run = new LearningRun(
                network.withVocabularySize(vocabulary.size()),
                vocabulary,
                StartingPoint.of(grown(champion, vocabulary)),
                ResizeMode.named(manifest.resize()),
                manifest.decoding(),
                config);
        return run.bundle(set, version, createdAt, all, out, checkpoints, resources, listener, stopRequested);
    }

    /**
     * Trains all of a network from random weights on all of the data, whatever the configuration says of encoder and
     * replay, with a vocabulary of its captions. Otherwise as {@link #run}.
     *
     * @param sizes of the network; its number of tokens does not matter
     */
    public Optional<ModelBundle> fromScratch(
            NetworkConfig sizes,
            LearningData data,
            String version,
            Instant createdAt,
            Map<String, String> lineage,
            Path out,
            TrainingListener listener,
            BooleanSupplier stopRequested)
            throws IOException, BundleException, InferenceException {
        FineTuneConfig whole = config.withTrainEncoder(true);
        TrainingSet set = TrainingSet.all(data, whole);
        Vocabulary vocabulary = new VocabularyBuilder(whole.minimumWordCount()).build(training(set.fresh()));
        LearningRun run = new LearningRun(
                sizes.withVocabularySize(vocabulary.size()),
                vocabulary,
                StartingPoint.random(wordVectors),
                ResizeMode.STRETCH,
                DecodingOptions.defaults(sizes.maxLength()),
                whole);
        return run.bundle(set, version, createdAt, lineage, out, checkpoints, resources, listener, stopRequested);
    }

    private Weights grown(ModelBundle champion, Vocabulary vocabulary) throws IOException {
        Weights weights = Safetensors.read(champion.weights());
        int old = champion.vocabulary().size();
        Map<Integer, float[]> vectors = new HashMap<>();
        for (String word : vocabulary.words().subList(old, vocabulary.size())) {
            float[] vector = wordVectors.get(word);
            if (vector != null) {
                vectors.put(vocabulary.id(word), vector);
            }
        }
        return vocabulary.size() == old
                ? weights
                : new VocabularyGrowth(vocabulary.size(), vectors, config.seed()).weights(weights);
    }

    private static List<CaptionedImage> training(List<CaptionedImage> images) {
        return images.stream().filter(image -> image.split() == Split.TRAIN).toList();
    }
}
