package io.captionstream.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.TrainingOptions;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains one network on captioned images. The weights that come out are a function of the images, the network's
 * configuration and the hyper-parameters, the seed among them; on a CPU bit for bit, on the same machine with the same
 * number of threads.
 */
public final class CaptionTraining {
    /** Larger images and files are refused, as in serving. */
    static final long MAX_IMAGE_BYTES = 25_000_000;

    static final long MAX_IMAGE_PIXELS = 50_000_000;

    private final NetworkConfig network;
    private final Hyperparameters hyperparameters;
    private final Vocabulary vocabulary;
    private final Map<String, float[]> vectors;
    private final CheckpointFolder checkpoints;
    private final long pixelMemory;

    /**
     * @param vectors word vectors the embedding starts from; words without one start from random numbers
     * @param pixelMemory bytes of decoded images kept in memory
     */
    public CaptionTraining(
            NetworkConfig network,
            Hyperparameters hyperparameters,
            Vocabulary vocabulary,
            Map<String, float[]> vectors,
            CheckpointFolder checkpoints,
            long pixelMemory) {
        this.network = requireNonNull(network, "network is null");
        this.hyperparameters = requireNonNull(hyperparameters, "hyperparameters is null");
        this.vocabulary = requireNonNull(vocabulary, "vocabulary is null");
        this.vectors = Map.copyOf(vectors);
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.pixelMemory = pixelMemory;
    }

    /**
     * Trains to the end, from the latest checkpoint if there is one.
     *
     * @return the final weights; empty if the run was stopped, then it goes on from its checkpoint next time
     * @throws MalformedDatasetException if there is nothing to train on or an image cannot be decoded
     * @throws MismatchedCheckpointException if the checkpoint is of another run
     */
    public Optional<Weights> run(List<CaptionedImage> images, TrainingListener listener, BooleanSupplier stopRequested)
            throws IOException {
        Dataset dataset = Dataset.of(images, vocabulary);
        if (dataset.examples(Split.TRAIN).isEmpty()) {
            throw new MalformedDatasetException(
                    "None of the %s images belongs to the training split".formatted(images.size()));
        }
        PixelStore pixels = new PixelStore(
                images,
                new ImageDecoder(MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS),
                ImageGeometry.square(network.imageSize()),
                pixelMemory);
        BatchSource training = source(pixels, dataset.examples(Split.TRAIN));
        List<Example> judged = dataset.examples(Split.VALIDATION);
        @Nullable BatchSource validation = judged.isEmpty() ? null : source(pixels, judged);
        try (TrainingGraph graph = new TrainingGraph(network, options(), hyperparameters.seed())) {
            if (checkpoints.latest().isEmpty()) {
                new DecoderStart(graph, network, training).apply(vocabulary, vectors);
            }
            Trainer trainer = new Trainer(
                    graph, hyperparameters, training, validation, checkpoints, description(images), listener);
            return trainer.run(stopRequested) ? Optional.of(graph.weights()) : Optional.empty();
        }
    }

    private BatchSource source(PixelStore pixels, List<Example> examples) {
        return new BatchSource(pixels, examples, hyperparameters.batchSize(), hyperparameters.seed());
    }

    private TrainingOptions options() {
        return new TrainingOptions(
                hyperparameters.trainEncoder(),
                hyperparameters.trainEmbedding(),
                hyperparameters.gradientNorm(),
                1 - hyperparameters.dropout(),
                hyperparameters.batchNormMomentum());
    }

    /** What the weights depend on: hyper-parameters and digests of pairs, vocabulary and word vectors. */
    public Map<String, String> lineage(List<CaptionedImage> images) {
        Hasher hasher = Hashing.sha256().newHasher();
        for (CaptionedImage image : images) {
            hasher.putString(image.id(), UTF_8).putByte((byte) 0);
            image.captions().forEach(caption -> hasher.putString(caption, UTF_8).putByte((byte) 0));
            if (image.split() != Split.of(image.id())) {
                hasher.putString(image.split().label(), UTF_8).putByte((byte) 1);
            }
        }
        String words = String.join("\n", vocabulary.words());
        return ImmutableMap.of(
                "wordVectorsDigest",
                digest(vectors),
                "hyperparameters",
                hyperparameters.toString(),
                "images",
                Integer.toString(images.size()),
                "pairsDigest",
                hasher.hash().toString(),
                "vocabularyDigest",
                Hashing.sha256().hashString(words, UTF_8).toString());
    }

    /** Empty if there are no vectors. */
    private static String digest(Map<String, float[]> vectors) {
        if (vectors.isEmpty()) {
            return "";
        }
        Hasher hasher = Hashing.sha256().newHasher();
        new TreeMap<>(vectors).forEach((word, vector) -> {
            hasher.putString(word, UTF_8).putByte((byte) 0);
            for (float value : vector) {
                hasher.putFloat(value);
            }
        });
        return hasher.hash().toString();
    }

    private String description(List<CaptionedImage> images) {
        Map<String, String> lineage = lineage(images);
        return "%s, %s, pairs %s, vocabulary %s"
                .formatted(
                        network,
                        lineage.get("hyperparameters"),
                        lineage.get("pairsDigest"),
                        lineage.get("vocabularyDigest"));
    }
}
