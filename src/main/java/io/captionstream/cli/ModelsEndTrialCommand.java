package io.captionstream.cli;

import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Ends a trial. */
@Command(
        name = "end-trial",
        description = "Ends the trial of a version; what is in service stays.",
        mixinStandardHelpOptions = true)
final class ModelsEndTrialCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ReleaseOptions release;

    @Override
    public Integer call() throws IOException, OperationException {
        try (Operations operations = release.operations.open()) {
            ReleaseOptions.print(
                    spec.commandLine().getOut(),
                    operations.models().endTrial(release.model, release.reason("trial ended")));
        }
        return 0;
    }
}
