package io.captionstream.cli;

import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Goes back to an earlier version. */
@Command(
        name = "rollback",
        description = "Puts an earlier version back into service and ends the trial, if one goes on.",
        mixinStandardHelpOptions = true)
final class ModelsRollbackCommand implements Callable<Integer> {
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
            description = "One that was in service (default: the one before).")
    @Nullable
    String version;

    @Override
    public Integer call() throws IOException, OperationException {
        try (Operations operations = release.operations.open()) {
            ReleaseOptions.print(
                    spec.commandLine().getOut(),
                    operations.models().rollback(release.model, version, release.reason("rolled back")));
        }
        return 0;
    }
}
