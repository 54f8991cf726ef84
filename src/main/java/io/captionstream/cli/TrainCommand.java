package io.captionstream.cli;

import io.captionstream.model.BundleException;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.Architecture;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Safetensors;
import io.captionstream.network.TrainingOptions;
import io.captionstream.network.Weights;
import io.captionstream.text.GloveReader;
import io.captionstream.text.Vocabulary;
import io.captionstream.training.BundleExport;
import io.captionstream.training.CaptionFile;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Hyperparameters;
import io.captionstream.training.LearningRateSchedule;
import io.captionstream.training.Split;
import io.captionstream.training.StagedTraining;
import io.captionstream.training.StartingPoint;
import io.captionstream.training.TrainingCurves;
import io.captionstream.training.TrainingResources;
import io.captionstream.training.VocabularyBuilder;
import io.captionstream.weights.EncoderImport;
import io.captionstream.weights.ImportedEncoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a model on captioned images. */
@Command(
        name = "train",
        description = {
            "Trains a model on captioned images.",
            "Ctrl-C leaves a checkpoint; the same command goes on from it."
        },
        mixinStandardHelpOptions = true,
        subcommands = TrainNowCommand.class)
final class TrainCommand implements Callable<Integer> {
    /** For what does not depend on the vocabulary. */
    private static final int ANY_VOCABULARY = 5;

    /** Sizes of networks. */
    enum Preset {
        PAPER,
        DEMO
    }

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Required. JSON lines with 'image', a path relative to the file, and 'captions'.")
    @SuppressWarnings("NullAway.Init")
    Path data;

    @Option(names = "--model", paramLabel = "NAME", description = "Required. resnet50-lstm or inceptionv3-glove.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Option(names = "--out", paramLabel = "FOLDER", description = "Required. Folder of the bundle; must not exist.")
    @SuppressWarnings("NullAway.Init")
    Path out;

    @Option(
            names = "--bundle-version",
            defaultValue = "1",
            description = "Version of the bundle (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String bundleVersion;

    @Option(
            names = "--checkpoints",
            paramLabel = "FOLDER",
            description = "Folder of the checkpoints (default: the bundle's folder with .checkpoints appended).")
    @Nullable
    Path checkpoints;

    @Option(
            names = "--preset",
            defaultValue = "paper",
            description = "Sizes of the network: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Preset preset;

    @Option(
            names = "--glove",
            paramLabel = "FILE",
            description = "Word vectors in GloVe's text format that the embedding starts from.")
    @Nullable
    Path glove;

    @Option(
            names = "--min-count",
            defaultValue = "1",
            description = "Words used less often become unknown (default: ${DEFAULT-VALUE}).")
    int minimumCount;

    @Option(names = "--epochs", defaultValue = "20", description = "Default: ${DEFAULT-VALUE}.")
    int epochs;

    @Option(names = "--batch-size", defaultValue = "64", description = "Default: ${DEFAULT-VALUE}.")
    int batchSize;

    @Option(
            names = "--micro-batches",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Cuts each batch into N parts whose gradients add up to one step: less memory (default: ${DEFAULT-VALUE}).")
    int microBatches;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Micro-batches computed at a time; has no influence on the result (default: ${DEFAULT-VALUE}).")
    int parallelism;

    @Option(names = "--lr", defaultValue = "0.001", description = "Learning rate of Adam (default: ${DEFAULT-VALUE}).")
    double learningRate;

    @Option(
            names = "--lr-decay",
            defaultValue = "none",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    LearningRateSchedule.@Nullable Decay decay;

    @Option(
            names = "--warmup-steps",
            defaultValue = "0",
            description = "Steps over which the learning rate rises (default: ${DEFAULT-VALUE}).")
    int warmupSteps;

    @Option(
            names = "--clip",
            defaultValue = "5",
            description = "Largest norm of the gradients, 0 for no limit (default: ${DEFAULT-VALUE}).")
    double gradientNorm;

    @Option(
            names = "--batch-norm-momentum",
            defaultValue = "0.1",
            description = "Share of a batch in the running statistics (default: ${DEFAULT-VALUE}).")
    double batchNormMomentum;

    @Option(names = "--dropout", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}.")
    double dropout;

    @Option(
            names = "--label-smoothing",
            defaultValue = "0",
            description = "Share of the target spread over all words (default: ${DEFAULT-VALUE}).")
    double labelSmoothing;

    @Option(
            names = "--patience",
            paramLabel = "EPOCHS",
            defaultValue = "0",
            description = {
                "Decodes the validation images after every epoch, ends after so many epochs without a better CIDEr-D",
                "and keeps the best; 0 runs all epochs and keeps the last (default: ${DEFAULT-VALUE})."
            })
    int patience;

    @Option(
            names = "--from",
            paramLabel = "BUNDLE",
            description = "A bundle whose network, vocabulary and weights to start from.")
    @Nullable
    Path from;

    @Option(
            names = "--encoder",
            paramLabel = "FILE",
            description = {
                "Published weights the encoder starts from: safetensors of torchvision or timm, HDF5 of",
                "keras-applications, or what import-weights wrote."
            })
    @Nullable
    Path encoder;

    @Option(names = "--freeze-encoder", description = "Train the decoder only, on features computed once.")
    boolean freezeEncoder;

    @Option(
            names = "--fine-tune-epochs",
            paramLabel = "N",
            defaultValue = "0",
            description = "After a frozen encoder: so many epochs of the whole network (default: ${DEFAULT-VALUE}).")
    int fineTuneEpochs;

    @Option(
            names = "--fine-tune-lr",
            defaultValue = "0.00001",
            description = "Learning rate of these (default: ${DEFAULT-VALUE}).")
    double fineTuneLearningRate;

    @Option(
            names = "--features",
            paramLabel = "FOLDER",
            description =
                    "Where features of a frozen encoder are kept (default: the checkpoints' folder with .features appended).")
    @Nullable
    Path features;

    @Option(names = "--freeze-embedding", description = "Keep the word vectors of --glove as they are.")
    boolean freezeEmbedding;

    @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    long seed;

    @Option(
            names = "--pixel-memory",
            paramLabel = "MB",
            defaultValue = "1024",
            description =
                    "Decoded images kept in memory; others are decoded in every epoch (default: ${DEFAULT-VALUE}).")
    int pixelMemory;

    @Override
    public Integer call() throws IOException, BundleException, InferenceException {
        requireOptions();
        if (Files.exists(out)) {
            throw new FileAlreadyExistsException(out + " exists already; bundles are not overwritten");
        }
        if (fineTuneEpochs > 0 && !freezeEncoder) {
            throw new ParameterException(
                    spec.commandLine(), "--fine-tune-epochs is what follows --freeze-encoder, which is missing");
        }
        if (encoder != null && from != null) {
            throw new ParameterException(
                    spec.commandLine(), "--encoder and --from are two starting points; only one can be used");
        }
        if (freezeEncoder && encoder == null && from == null) {
            spec.commandLine()
                    .getErr()
                    .println(
                            "Warning: the encoder is frozen with random weights; --encoder or --from gives it others.");
        }
        List<CaptionedImage> images = CaptionFile.read(data);
        Optional<ModelBundle> base = from == null ? Optional.empty() : Optional.of(ModelBundle.open(from));
        Vocabulary vocabulary =
                base.isPresent() ? base.get().vocabulary() : new VocabularyBuilder(minimumCount).build(images);
        Optional<ImportedEncoder> published = encoder();
        NetworkConfig network = network(base, published, vocabulary.size());
        Weights weights = base.isPresent()
                ? Safetensors.read(base.get().weights())
                : published.map(ImportedEncoder::weights).orElse(Weights.EMPTY);
        StagedTraining training = new StagedTraining(
                network,
                stages(),
                vocabulary,
                new StartingPoint(weights, vectors(network, vocabulary)),
                checkpoints(),
                new TrainingResources(pixelMemory * 1_000_000L, parallelism, features()));
        try (StopSignal stop = new StopSignal();
                TrainingProgress progress = new TrainingProgress(
                        spec.commandLine().getOut(),
                        new TrainingCurves(beside(".curves.png"), beside(".curves.json")))) {
            Optional<Weights> trained = training.run(images, progress, stop);
            if (trained.isEmpty()) {
                progress.close();
                spec.commandLine().getOut().println("Stopped. The same command goes on from the checkpoint.");
                return StopSignal.EXIT_CODE;
            }
            export(network, vocabulary, trained.get(), images, training.lineage(images));
        }
        return 0;
    }

    /** Not by picocli, which would require them of 'train now', too. */
    private void requireOptions() {
        Map<String, Object> required = new LinkedHashMap<>();
        required.put("--data", data);
        required.put("--model", model);
        required.put("--out", out);
        List<String> missing = required.entrySet().stream()
                .filter(option -> option.getValue() == null)
                .map(Map.Entry::getKey)
                .toList();
        if (!missing.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Missing required options: " + String.join(", ", missing));
        }
    }

    private void export(
            NetworkConfig network,
            Vocabulary vocabulary,
            Weights weights,
            List<CaptionedImage> images,
            Map<String, String> lineage)
            throws IOException, BundleException, InferenceException {
        DecodingOptions decoding = DecodingOptions.defaults(network.maxLength());
        List<CaptionedImage> heldOut =
                images.stream().filter(image -> image.split() != Split.TRAIN).toList();
        ModelBundle bundle = new BundleExport(bundleVersion, network, vocabulary, decoding)
                .write(out, weights, heldOut, lineage, Instant.now());
        PrintWriter report = spec.commandLine().getOut();
        report.printf("Bundle %s, digest %s%n", out, bundle.digest());
        bundle.manifest().metrics().forEach((name, value) -> report.printf("%s: %s%n", name, value));
        report.flush();
    }

    private Optional<ImportedEncoder> encoder() throws IOException {
        if (encoder == null) {
            return Optional.empty();
        }
        ImportedEncoder imported =
                new EncoderImport(architecture(), presetNetwork(ANY_VOCABULARY).encoderWidth()).read(encoder, null);
        PrintWriter report = spec.commandLine().getOut();
        report.printf("Encoder: %s, variant %s%n", imported.source(), imported.variant());
        imported.notes().forEach(report::println);
        report.flush();
        return Optional.of(imported);
    }

    private Architecture architecture() {
        return Architecture.ofModelName(model.toLowerCase(Locale.ROOT));
    }

    private NetworkConfig presetNetwork(int vocabularySize) {
        return preset == Preset.PAPER
                ? NetworkConfig.paper(architecture(), vocabularySize)
                : NetworkConfig.demo(architecture(), vocabularySize);
    }

    /** That of the bundle to start from, or the preset's with the variant of the published encoder. */
    private NetworkConfig network(Optional<ModelBundle> base, Optional<ImportedEncoder> published, int vocabularySize) {
        if (base.isEmpty()) {
            NetworkConfig network = presetNetwork(vocabularySize);
            return published
                    .map(imported -> network.withEncoder(imported.variant(), imported.preprocessing()))
                    .orElse(network);
        }
        NetworkConfig network = base.get().manifest().requireNetwork();
        if (network.architecture() != architecture()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a bundle of %s, not of %s"
                            .formatted(from, network.architecture().modelName(), model));
        }
        return network;
    }

    private Map<String, float[]> vectors(NetworkConfig network, Vocabulary vocabulary) throws IOException {
        return glove == null
                ? Map.of()
                : new GloveReader(network.embeddingSize()).read(glove, new HashSet<>(vocabulary.words()));
    }

    private List<Hyperparameters> stages() {
        TrainingOptions options = new TrainingOptions(
                !freezeEncoder, !freezeEmbedding, gradientNorm, dropout, labelSmoothing, batchNormMomentum);
        Hyperparameters first = new Hyperparameters(
                epochs,
                batchSize,
                microBatches,
                learningRate,
                decay == null ? LearningRateSchedule.Decay.NONE : decay,
                warmupSteps,
                patience,
                options,
                seed);
        return fineTuneEpochs == 0
                ? List.of(first)
                : List.of(
                        first,
                        first.withSchedule(fineTuneEpochs, fineTuneLearningRate)
                                .withOptions(options.withTrainEncoder(true)));
    }

    private Path checkpoints() {
        return checkpoints == null ? beside(".checkpoints") : checkpoints;
    }

    private Path features() {
        return features == null ? checkpoints().resolveSibling(checkpoints().getFileName() + ".features") : features;
    }

    private Path beside(String suffix) {
        return out.resolveSibling(out.getFileName() + suffix);
    }
}
