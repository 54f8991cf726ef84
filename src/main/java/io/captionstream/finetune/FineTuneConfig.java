package io.captionstream.finetune;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import io.captionstream.network.TrainingOptions;
import io.captionstream.training.Hyperparameters;
import io.captionstream.training.LearningRateSchedule.Decay;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * How a champion learns from new labels. The challenger that comes out is a function of these, the champion and the data.
 *
 * @param epochs passes over the training images
 * @param learningRate of Adam, after the warm-up
 * @param batchSize captions per step
 * @param microBatches parts of a batch, see {@link Hyperparameters}
 * @param patience epochs without a better CIDEr-D on validation images until the run ends with the best one; 0 runs all
 *     and ends with the last
 * @param trainEncoder whether the encoder learns too; if not, its features are computed once per image and kept
 * @param replay whether old images are mixed in against forgetting
 * @param replayRatio old images per fresh one, as many as there are
 * @param minimumWordCount how often the fresh training captions must say a word that the champion lacks until the
 *     vocabulary gets it; rarer ones stay unknown
 * @param maximumNewWords how many words a run may add, the most frequent ones
 * @param decay what the rate does after the warm-up
 * @param warmupSteps steps over which the rate rises
 * @param dropout share of the decoder's state dropped in training
 * @param batchNormMomentum share of a batch in the running statistics; matters if the encoder learns
 * @param measuredImages how many held-out images the bundle's own metrics, confidence and agreement in bfloat16 are
 *     measured on, at most
 * @param seed of the order of examples, the choice of replayed images, dropout and the rows of new words
 */
public record FineTuneConfig(
        int epochs,
        double learningRate,
        int batchSize,
        int microBatches,
        int patience,
        boolean trainEncoder,
        boolean replay,
        double replayRatio,
        int minimumWordCount,
        int maximumNewWords,
        Decay decay,
        int warmupSteps,
        double dropout,
        double batchNormMomentum,
        int measuredImages,
        long seed) {
    private static final String PREFIX = "fineTune.";

    public FineTuneConfig {
        checkArgument(
                replayRatio >= 0 && Double.isFinite(replayRatio),
                "replayRatio must be 0 or a positive number: %s",
                replayRatio);
        checkArgument(minimumWordCount > 0, "minimumWordCount must be positive: %s", minimumWordCount);
        checkArgument(maximumNewWords >= 0, "maximumNewWords must not be negative: %s", maximumNewWords);
        checkArgument(measuredImages >= 0, "measuredImages must not be negative: %s", measuredImages);
        requireNonNull(decay, "decay is null");
        // Checks the others.
        hyperparameters(
                epochs,
                batchSize,
                microBatches,
                learningRate,
                decay,
                warmupSteps,
                patience,
                trainEncoder,
                dropout,
                batchNormMomentum,
                seed);
    }

    /** The decoder learns for 5 epochs at 0.0003, with as many old images as fresh ones. */
    public static FineTuneConfig defaults() {
        return new FineTuneConfig(5, 0.0003, 64, 1, 0, false, true, 1, 5, 1000, Decay.COSINE, 20, 0, 0.1, 1000, 1);
    }

    public FineTuneConfig withSchedule(int newEpochs, double newLearningRate) {
        return with(Map.of("epochs", newEpochs, "learningRate", newLearningRate));
    }

    public FineTuneConfig withBatches(int newBatchSize, int newMicroBatches) {
        return with(Map.of("batchSize", newBatchSize, "microBatches", newMicroBatches));
    }

    public FineTuneConfig withPatience(int newPatience) {
        return with(Map.of("patience", newPatience));
    }

    public FineTuneConfig withTrainEncoder(boolean value) {
        return with(Map.of("trainEncoder", value));
    }

    public FineTuneConfig withReplay(boolean value, double ratio) {
        return with(Map.of("replay", value, "replayRatio", ratio));
    }

    public FineTuneConfig withMinimumWordCount(int count) {
        return with(Map.of("minimumWordCount", count));
    }

    public FineTuneConfig withBatchNormMomentum(double momentum) {
        return with(Map.of("batchNormMomentum", momentum));
    }

    public FineTuneConfig withSeed(long newSeed) {
        return with(Map.of("seed", newSeed));
    }

    private FineTuneConfig with(Map<String, Object> changes) {
        Map<String, String> changed = new HashMap<>(toMap());
        changes.forEach((name, value) -> changed.put(PREFIX + name, value.toString()));
        return fromMap(changed);
    }

    /** For a lineage: {@code fineTune.epochs} and so on. */
    public Map<String, String> toMap() {
        ImmutableMap.Builder<String, Object> values = ImmutableMap.builder();
        values.put("epochs", epochs)
                .put("learningRate", learningRate)
                .put("batchSize", batchSize)
                .put("microBatches", microBatches)
                .put("patience", patience)
                .put("trainEncoder", trainEncoder)
                .put("replay", replay)
                .put("replayRatio", replayRatio)
                .put("minimumWordCount", minimumWordCount)
                .put("maximumNewWords", maximumNewWords)
                .put("decay", decay.name().toLowerCase(Locale.ROOT))
                .put("warmupSteps", warmupSteps)
                .put("dropout", dropout)
                .put("batchNormMomentum", batchNormMomentum)
                .put("measuredImages", measuredImages)
                .put("seed", seed);
        ImmutableMap.Builder<String, String> map = ImmutableMap.builder();
        values.buildOrThrow().forEach((name, value) -> map.put(PREFIX + name, value.toString()));
        return map.buildOrThrow();
    }

    /**
     * What {@link #toMap} wrote; other entries, as a lineage has, are passed over.
     *
     * @param map where an entry is missing, the default counts
     * @throws IllegalArgumentException if a value cannot be read; names its entry
     */
    public static FineTuneConfig fromMap(Map<String, String> map) {
        Entries entries = new Entries(ImmutableMap.<String, String>builder()
                .putAll(defaultEntries())
                .putAll(map)
                .buildKeepingLast());
        return new FineTuneConfig(
                entries.get("epochs", Integer::valueOf),
                entries.get("learningRate", Double::valueOf),
                entries.get("batchSize", Integer::valueOf),
                entries.get("microBatches", Integer::valueOf),
                entries.get("patience", Integer::valueOf),
                entries.get("trainEncoder", FineTuneConfig::bool),
                entries.get("replay", FineTuneConfig::bool),
                entries.get("replayRatio", Double::valueOf),
                entries.get("minimumWordCount", Integer::valueOf),
                entries.get("maximumNewWords", Integer::valueOf),
                entries.get("decay", value -> Decay.valueOf(value.toUpperCase(Locale.ROOT))),
                entries.get("warmupSteps", Integer::valueOf),
                entries.get("dropout", Double::valueOf),
                entries.get("batchNormMomentum", Double::valueOf),
                entries.get("measuredImages", Integer::valueOf),
                entries.get("seed", Long::valueOf));
    }

    private static Map<String, String> defaultEntries() {
        return defaults().toMap();
    }

    private static Boolean bool(String value) {
        checkArgument(value.equals("true") || value.equals("false"), "neither true nor false");
        return Boolean.valueOf(value);
    }

    /** Whether the map is of a run of {@link FineTune}. */
    static boolean isIn(Map<String, String> map) {
        return map.containsKey(PREFIX + "epochs");
    }

    Hyperparameters hyperparameters() {
        return hyperparameters(
                epochs,
                batchSize,
                microBatches,
                learningRate,
                decay,
                warmupSteps,
                patience,
                trainEncoder,
                dropout,
                batchNormMomentum,
                seed);
    }

    private static Hyperparameters hyperparameters(
            int epochs,
            int batchSize,
            int microBatches,
            double learningRate,
            Decay decay,
            int warmupSteps,
            int patience,
            boolean trainEncoder,
            double dropout,
            double batchNormMomentum,
            long seed) {
        TrainingOptions options = TrainingOptions.defaults()
                .withTrainEncoder(trainEncoder)
                .withDropout(dropout)
                .withBatchNormMomentum(batchNormMomentum);
        return new Hyperparameters(
                epochs, batchSize, microBatches, learningRate, decay, warmupSteps, patience, options, seed);
    }

    private record Entries(Map<String, String> map) {
        <T> T get(String name, Function<String, T> read) {
            String value = requireNonNull(map.get(PREFIX + name), name);
            try {
                return read.apply(value);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("%s%s cannot be '%s'".formatted(PREFIX, name, value), e);
            }
        }
    }
}
