package io.captionstream.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ResizeMode;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains one network on captioned images. The weights that come out are a function of the images, the network's
 * configuration, the hyper-parameters, the seed among them, and the starting point; on a CPU bit for bit, on the same
 * machine with the same number of threads. An encoder that does not learn computes the features of each image once.
 */
public final class CaptionTraining {
    private final NetworkConfig network;
    private final Hyperparameters hyperparameters;
    private final Vocabulary vocabulary;
    private final StartingPoint start;
    private final CheckpointFolder checkpoints;
    private final TrainingResources resources;
    private final ResizeMode resize;

    /** Of images that are stretched to the size of the network's. */
    public CaptionTraining(
            NetworkConfig network,
            Hyperparameters hyperparameters,
            Vocabulary vocabulary,
            StartingPoint start,
            CheckpointFolder checkpoints,
            TrainingResources resources) {
        this(network, hyperparameters, vocabulary, start, checkpoints, resources, ResizeMode.STRETCH);
    }

    /** @param resize how images become the size of the network's */
    public CaptionTraining(
            NetworkConfig network,
            Hyperparameters hyperparameters,
            Vocabulary vocabulary,
            StartingPoint start,
            CheckpointFolder checkpoints,
            TrainingResources resources,
            ResizeMode resize) {
        this.network = requireNonNull(network, "network is null");
        this.hyperparameters = requireNonNull(hyperparameters, "hyperparameters is null");
        this.vocabulary = requireNonNull(vocabulary, "vocabulary is null");
        this.start = requireNonNull(start, "start is null");
        this.checkpoints = requireNonNull(checkpoints, "checkpoints is null");
        this.resources = requireNonNull(resources, "resources is null");
        this.resize = requireNonNull(resize, "resize is null");
    }

    /**
     * Trains to the end, from the latest checkpoint if there is one.
     *
     * @return the final weights; empty if the run was stopped, then it goes on from its checkpoint next time
     * @throws MalformedDatasetException if there is nothing to train on or an image cannot be decoded
     * @throws MismatchedCheckpointException if the checkpoint is of another run
     * @throws IllegalArgumentException if the starting point does not fit the network
     */
    public Optional<Weights> run(List<CaptionedImage> images, TrainingListener listener, BooleanSupplier stopRequested)
            throws IOException {
        Dataset dataset = Dataset.of(images, vocabulary);
        if (dataset.examples(Split.TRAIN).isEmpty()) {
            throw new MalformedDatasetException(
                    "None of the %s images belongs to the training split".formatted(images.size()));
        }
        ImageGeometry geometry = new ImageGeometry(network.imageSize(), network.imageSize(), resize);
        PixelInputs pixels = new PixelInputs(
                new PixelStore(images, ImageDecoder.withDefaultLimits(), geometry, resources.pixelMemory()));
        try (TrainingGraph graph = new TrainingGraph(network, hyperparameters.options(), hyperparameters.seed())) {
            graph.load(start.weights());
            if (hyperparameters.options().trainEncoder()) {
                return train(graph, dataset, pixels, listener, stopRequested);
            }
            try (FeatureInputs features =
                    FeatureInputs.open(resources.featureFolder(), network, resize, graph, images.size())) {
                return features.fill(images, pixels, graph, listener, stopRequested)
                        ? train(graph, dataset, features, listener, stopRequested)
                        : Optional.empty();
            }
        }
    }

    private Optional<Weights> train(
            TrainingGraph graph,
            Dataset dataset,
            BatchInputs inputs,
            TrainingListener listener,
            BooleanSupplier stopRequested)
            throws IOException {
        BatchSource training = source(inputs, dataset.examples(Split.TRAIN));
        List<Example> judged = dataset.examples(Split.VALIDATION);
        @Nullable BatchSource validation = judged.isEmpty() ? null : source(inputs, judged);
        if (checkpoints.isEmpty() && !start.hasDecoder()) {
            new DecoderStart(graph, network, training, isEncoderFresh()).apply(vocabulary, start.wordVectors());
        }
        ExecutorService executor = Executors.newFixedThreadPool(resources.parallelism(), task -> {
            Thread thread = new Thread(task, "training-micro-batch");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Trainer trainer = new Trainer(
                    graph,
                    hyperparameters,
                    training,
                    validation,
                    judge(dataset.images()),
                    checkpoints,
                    description(dataset.images()),
                    executor,
                    listener);
            return trainer.run(stopRequested);
        } finally {
            executor.shutdown();
        }
    }

    private boolean isEncoderFresh() {
        return hyperparameters.options().trainEncoder()
                && start.weights().encoder().names().isEmpty();
    }

    private @Nullable EpochJudge judge(List<CaptionedImage> images) {
        List<CaptionedImage> judged = images.stream()
                .filter(image -> image.split() == Split.VALIDATION)
                .toList();
        return hyperparameters.patience() == 0 || judged.isEmpty()
                ? null
                : new DecodedJudge(network, vocabulary, resize, judged);
    }

    private BatchSource source(BatchInputs inputs, List<Example> examples) {
        return new BatchSource(inputs, examples, hyperparameters.batchSize(), hyperparameters.seed());
    }

    /** What the weights depend on: hyper-parameters and digests of pairs, vocabulary and starting point. */
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
                "startDigest",
                start.weightsDigest(),
                "wordVectorsDigest",
                start.wordVectorsDigest(),
                "hyperparameters",
                hyperparameters.toString(),
                "images",
                Integer.toString(images.size()),
                "pairsDigest",
                hasher.hash().toString(),
                "vocabularyDigest",
                Hashing.sha256().hashString(words, UTF_8).toString());
    }

    private String description(List<CaptionedImage> images) {
        Map<String, String> lineage = lineage(images);
        return "%s%s, %s, pairs %s, vocabulary %s, start %s %s"
                .formatted(
                        network,
                        resize == ResizeMode.STRETCH ? "" : " " + resize.label(),
                        lineage.get("hyperparameters"),
                        lineage.get("pairsDigest"),
                        lineage.get("vocabularyDigest"),
                        lineage.get("startDigest"),
                        lineage.get("wordVectorsDigest"));
    }
}
