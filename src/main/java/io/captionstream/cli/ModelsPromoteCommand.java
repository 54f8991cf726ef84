package io.captionstream.cli;

import static java.util.Objects.requireNonNull;

import io.captionstream.operations.ModelOperations;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import io.captionstream.operations.ReleaseChange;
import io.captionstream.operations.TrialRequest;
import io.captionstream.release.Releases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Releases a version. */
@Command(
        name = "promote",
        description = {
            "Puts a version into service, or on trial beside the one in service.",
            "Its bundle is fetched and verified before anything is published."
        },
        mixinStandardHelpOptions = true)
final class ModelsPromoteCommand implements Callable<Integer> {
    private static final int ALL = 100;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ReleaseOptions release;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "VERSION",
            description = "A version in the store, a rejected one too: its name or the beginning of its digest.")
    @Nullable
    String version;

    @Option(
            names = "--bundle",
            paramLabel = "FOLDER",
            description =
                    "Instead of VERSION: a bundle on the disk, which is brought into the store. So a first version is released.")
    @Nullable
    Path bundle;

    @ArgGroup
    @Nullable
    Trial trial;

    @Option(
            names = "--manual",
            description = "With --shadow or --canary: only a person ends the trial, not the labels that come in.")
    boolean manual;

    /** Either mode. */
    static final class Trial {
        @Option(names = "--shadow", description = "Only try it: its captions go to the topic of shadow captions.")
        boolean shadow;

        @Option(
                names = "--canary",
                paramLabel = "PERCENT",
                description = "Only try it: it captions this share of the images.")
        @Nullable
        Integer canary;
    }

    @Override
    public Integer call() throws IOException, OperationException {
        if ((version == null) == (bundle == null)) {
            throw new ParameterException(spec.commandLine(), "Give either VERSION or --bundle");
        }
        try (Operations operations = release.operations.open()) {
            ReleaseChange change = trial == null ? promote(operations.models()) : tryOut(operations.models(), trial);
            ReleaseOptions.print(spec.commandLine().getOut(), change);
        }
        return 0;
    }

    private ReleaseChange promote(ModelOperations models) throws IOException, OperationException {
        String reason = release.reason("promoted");
        return version != null
                ? models.promote(release.model, version, reason)
                : models.promote(release.model, requireNonNull(bundle), reason);
    }

    private ReleaseChange tryOut(ModelOperations models, Trial asked) throws IOException, OperationException {
        String reason = release.reason("put on trial");
        TrialRequest request = asked.canary == null
                ? new TrialRequest(Releases.SHADOW, ALL, !manual)
                : new TrialRequest(Releases.CANARY, asked.canary, !manual);
        return version != null
                ? models.startTrial(release.model, version, request, reason)
                : models.startTrial(release.model, requireNonNull(bundle), request, reason);
    }
}
