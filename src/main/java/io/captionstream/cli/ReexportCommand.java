package io.captionstream.cli;

import io.captionstream.model.BundleException;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.training.CaptionFile;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.MeasuredBundle;
import io.captionstream.training.Split;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a bundle again, with the graph of today and its own weights. */
@Command(
        name = "reexport",
        description = {
            "Writes a bundle again, with the graph that this version exports and its own weights.",
            "With images, also measures how sure its captions are, and whether they stay the same in bfloat16."
        },
        mixinStandardHelpOptions = true)
final class ReexportCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(paramLabel = "BUNDLE", description = "Folder of the bundle, which stays as it is.")
    @SuppressWarnings("NullAway.Init")
    Path bundle;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FOLDER",
            description = "Folder of the new bundle; must not exist.")
    @SuppressWarnings("NullAway.Init")
    Path out;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Captioned images as for 'train'; those of the validation and the test split are used.")
    @Nullable
    Path data;

    @Override
    public Integer call() throws IOException, BundleException, InferenceException {
        if (Files.exists(out)) {
            throw new FileAlreadyExistsException(out + " exists already; bundles are not overwritten");
        }
        ModelBundle old = ModelBundle.open(bundle);
        ModelBundle written = MeasuredBundle.write(out, BundleWriter.contents(old), heldOut());
        PrintWriter report = spec.commandLine().getOut();
        report.printf("Bundle %s, digest %s, was %s%n", out, written.digest(), old.digest());
        written.manifest().metrics().forEach((name, value) -> report.printf("%s: %s%n", name, value));
        if (written.manifest().bfloat16() != null) {
            report.printf("same captions in bfloat16: %s%n", written.manifest().bfloat16());
        }
        report.flush();
        return 0;
    }

    private List<CaptionedImage> heldOut() throws IOException {
        return data == null
                ? List.of()
                : CaptionFile.read(data).stream()
                        .filter(image -> image.split() != Split.TRAIN)
                        .toList();
    }
}
