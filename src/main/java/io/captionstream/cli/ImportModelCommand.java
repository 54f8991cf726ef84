package io.captionstream.cli;

import io.captionstream.model.BundleException;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.ModelBundle;
import io.captionstream.model.SavedModelImport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a bundle of a SavedModel from elsewhere. */
@Command(
        name = "import-model",
        description = {
            "Makes a bundle of a TensorFlow SavedModel that was made elsewhere and has the caption signature.",
            "It is served as any other bundle; it cannot be trained."
        },
        mixinStandardHelpOptions = true)
final class ImportModelCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(paramLabel = "FOLDER", description = "Folder of the SavedModel.")
    @SuppressWarnings("NullAway.Init")
    Path savedModel;

    @Option(
            names = "--vocabulary",
            required = true,
            paramLabel = "FILE",
            description = "One word a line; first <pad>, <start>, <end>, <unk>.")
    @SuppressWarnings("NullAway.Init")
    Path vocabulary;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "Name of the model.")
    @SuppressWarnings("NullAway.Init")
    String name;

    @Option(
            names = "--image-size",
            required = true,
            paramLabel = "PIXELS",
            description = "Side of the square images the model takes.")
    int imageSize;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FOLDER",
            description = "Folder of the bundle; must not exist.")
    @SuppressWarnings("NullAway.Init")
    Path out;

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
        DecodingOptions decoding = DecodingOptions.defaults(maxLength);
        ModelBundle bundle = new SavedModelImport(name, bundleVersion, imageSize, resize, decoding)
                .write(out, savedModel, vocabulary, Instant.now());
        PrintWriter report = spec.commandLine().getOut();
        report.printf("Bundle %s, digest %s%n", out, bundle.digest());
        report.flush();
        return 0;
    }
}
