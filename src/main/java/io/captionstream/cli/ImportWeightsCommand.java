package io.captionstream.cli;

import io.captionstream.model.BundleException;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.weights.ImportedEncoder;
import io.captionstream.weights.WeightImport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Turns published weights into a bundle, or into weights that training starts from. */
@Command(
        name = "import-weights",
        description = {
            "Turns published weights into a bundle or, without a decoder, into encoder weights that 'train' starts from.",
            "Encoders are read from safetensors of torchvision and timm and from HDF5 of keras-applications."
        },
        mixinStandardHelpOptions = true)
final class ImportWeightsCommand implements Callable<Integer> {
    /** Any number that needs an encoder's input size but no vocabulary. */
    private static final int ANY_VOCABULARY = 5;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "NAME",
            description = "resnet50-lstm or inceptionv3-glove.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Option(
            names = "--encoder",
            required = true,
            paramLabel = "FILE",
            description = "Weights of ResNet50 or InceptionV3: safetensors or HDF5.")
    @SuppressWarnings("NullAway.Init")
    Path encoder;

    @ArgGroup(exclusive = false)
    @Nullable
    DecoderFiles decoder;

    /** What makes a bundle of an encoder. */
    static final class DecoderFiles {
        @Option(
                names = "--decoder",
                required = true,
                paramLabel = "FILE",
                description = "Weights of the decoder: safetensors in PyTorch's layout.")
        @SuppressWarnings("NullAway.Init")
        Path decoder;

        @Option(
                names = "--vocabulary",
                required = true,
                paramLabel = "FILE",
                description = "One word a line; first <pad>, <start>, <end>, <unk>.")
        @SuppressWarnings("NullAway.Init")
        Path vocabulary;
    }

    @Option(
            names = "--out",
            required = true,
            paramLabel = "PATH",
            description = "Folder of the bundle or, without a decoder, safetensors file; must not exist.")
    @SuppressWarnings("NullAway.Init")
    Path out;

    @Option(
            names = "--variant",
            description = "Refuse an encoder that is not of this one: ${COMPLETION-CANDIDATES} (default: told by the"
                    + " file).")
    @Nullable
    EncoderVariant variant;

    @Option(
            names = "--preprocessing",
            description = "${COMPLETION-CANDIDATES} (default: what the encoder's publishers use).")
    @Nullable
    Preprocessing preprocessing;

    @Option(
            names = "--image-size",
            paramLabel = "PIXELS",
            description = "Side of the input (default: 224 for ResNet50, 299 for InceptionV3).")
    @Nullable
    Integer imageSize;

    @Option(
            names = "--encoder-width",
            defaultValue = "1",
            paramLabel = "FACTOR",
            description = "Factor on the published channel counts (default: ${DEFAULT-VALUE}).")
    double encoderWidth;

    @Option(
            names = "--max-length",
            defaultValue = "20",
            paramLabel = "TOKENS",
            description = "Longest caption (default: ${DEFAULT-VALUE}).")
    int maxLength;

    @Option(
            names = "--resize",
            defaultValue = "stretch",
            description = "How images become the input's size: stretch or center-crop (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String resize;

    @Option(
            names = "--bundle-version",
            defaultValue = "1",
            description = "Version of the bundle (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String bundleVersion;

    @Override
    public Integer call() throws IOException, BundleException {
        if (Files.exists(out)) {
            throw new FileAlreadyExistsException(out + " exists already; it is not overwritten");
        }
        Architecture architecture = Architecture.ofModelName(model.toLowerCase(Locale.ROOT));
        WeightImport weights = new WeightImport(
                architecture,
                bundleVersion,
                imageSize == null
                        ? NetworkConfig.paper(architecture, ANY_VOCABULARY).imageSize()
                        : imageSize,
                encoderWidth,
                maxLength,
                resize,
                variant,
                preprocessing);
        PrintWriter report = spec.commandLine().getOut();
        ImportedEncoder imported = weights.encoder(encoder);
        report.printf(
                "%s: %s, variant %s, %,d parameters%n",
                encoder,
                imported.source(),
                imported.variant(),
                imported.weights().parameterCount());
        imported.notes().forEach(report::println);
        if (decoder == null) {
            weights.writeEncoder(out, imported);
            report.printf("Encoder weights %s, preprocessing %s%n", out, imported.preprocessing());
        } else {
            ModelBundle bundle =
                    weights.writeBundle(out, imported, encoder, decoder.decoder, decoder.vocabulary, Instant.now());
            report.printf("Bundle %s, digest %s%n", out, bundle.digest());
        }
        report.flush();
        return 0;
    }
}
