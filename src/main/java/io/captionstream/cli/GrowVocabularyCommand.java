package io.captionstream.cli;

import io.captionstream.model.BundleException;
import io.captionstream.model.ModelBundle;
import io.captionstream.weights.BundleGrowth;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives a trained model more words. */
@Command(
        name = "grow-vocabulary",
        description = {
            "Makes a bundle that knows more words of one that was trained.",
            "It captions as before until it is trained on captions with the new words."
        },
        mixinStandardHelpOptions = true)
final class GrowVocabularyCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(paramLabel = "BUNDLE", description = "Folder of the bundle.")
    @SuppressWarnings("NullAway.Init")
    Path bundle;

    @Option(
            names = "--words",
            required = true,
            paramLabel = "FILE",
            description = "New words, one a line; those the bundle has are passed over.")
    @SuppressWarnings("NullAway.Init")
    Path words;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FOLDER",
            description = "Folder of the new bundle; must not exist.")
    @SuppressWarnings("NullAway.Init")
    Path out;

    @Option(
            names = "--glove",
            paramLabel = "FILE",
            description = "Word vectors in GloVe's text format that the new words start from.")
    @Nullable
    Path glove;

    @Option(
            names = "--bundle-version",
            required = true,
            paramLabel = "VERSION",
            description = "Version of the new bundle.")
    @SuppressWarnings("NullAway.Init")
    String bundleVersion;

    @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    long seed;

    @Override
    public Integer call() throws IOException, BundleException {
        ModelBundle old = ModelBundle.open(bundle);
        List<String> lines = Files.readAllLines(words).stream()
                .filter(line -> !line.isBlank())
                .toList();
        ModelBundle grown = new BundleGrowth(bundleVersion, glove, seed).write(old, lines, out, Instant.now());
        PrintWriter report = spec.commandLine().getOut();
        report.printf(
                "Bundle %s: %s tokens, %s of them new, digest %s%n",
                out,
                grown.vocabulary().size(),
                grown.vocabulary().size() - old.vocabulary().size(),
                grown.digest());
        report.flush();
        return 0;
    }
}
