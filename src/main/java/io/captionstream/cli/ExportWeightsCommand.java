package io.captionstream.cli;

import io.captionstream.model.BundleException;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Weights;
import io.captionstream.weights.WeightExport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the weights of a bundle for other tools. */
@Command(
        name = "export-weights",
        description = "Writes the weights of a bundle as safetensors, encoders under torchvision's names.",
        mixinStandardHelpOptions = true)
final class ExportWeightsCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(paramLabel = "BUNDLE", description = "Folder of the bundle.")
    @SuppressWarnings("NullAway.Init")
    Path bundle;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write; must not exist.")
    @SuppressWarnings("NullAway.Init")
    Path out;

    @Option(
            names = "--part",
            defaultValue = "ALL",
            description =
                    "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). All has 'encoder.' and 'decoder.' before"
                            + " the names.")
    @SuppressWarnings("NullAway.Init")
    WeightExport.Part part;

    @Override
    public Integer call() throws IOException, BundleException {
        ModelBundle opened = ModelBundle.open(bundle);
        NetworkConfig network = opened.manifest().requireNetwork();
        Weights written = WeightExport.write(opened, part, out);
        PrintWriter report = spec.commandLine().getOut();
        report.printf("%s: %s tensors, %,d parameters%n", out, written.names().size(), written.parameterCount());
        report.printf(
                "import-weights takes it with --model %s --image-size %s --encoder-width %s --preprocessing %s --max-length %s%n",
                network.architecture().modelName(),
                network.imageSize(),
                network.encoderWidth(),
                network.preprocessing(),
                network.maxLength());
        report.flush();
        return 0;
    }
}
