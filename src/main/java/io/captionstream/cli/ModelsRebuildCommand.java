package io.captionstream.cli;

import io.captionstream.image.ImageLoader;
import io.captionstream.model.BundleException;
import io.captionstream.model.InferenceException;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import io.captionstream.operations.Rebuild;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a version again. */
@Command(
        name = "rebuild",
        description = {
            "Makes a version again from the log, by the plan in its bundle, and compares digests.",
            "Exit code 0: equal; 3: not, and a line says what differs. Nothing is stored or released."
        },
        mixinStandardHelpOptions = true)
final class ModelsRebuildCommand implements Callable<Integer> {
    private static final int DIFFERENT = 3;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "Name of the model.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Parameters(index = "1", paramLabel = "VERSION", description = "Its version, or the beginning of its digest.")
    @SuppressWarnings("NullAway.Init")
    String version;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TrainingOptions training;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OperationOptions options;

    @Override
    public Integer call() throws IOException, OperationException, BundleException, InferenceException {
        PrintWriter out = spec.commandLine().getOut();
        Optional<Rebuild.Result> result;
        try (Operations operations = options.open();
                ImageLoader images = new ImageLoader(new CaptioningSettings().images());
                StopSignal stop = new StopSignal();
                RunProgress progress = new RunProgress(out)) {
            result = new Rebuild(operations.models(), training.runs(operations, images))
                    .run(model, version, progress, stop);
        }
        if (result.isEmpty()) {
            out.println("Stopped. The same command goes on.");
            out.flush();
            return StopSignal.EXIT_CODE;
        }
        Rebuild.Result rebuilt = result.get();
        if (rebuilt.equal()) {
            out.printf("Equal: %s%n", rebuilt.diff().after().digest());
        } else {
            out.printf(
                    "Not equal: %s was made, version %s has %s%n",
                    rebuilt.diff().after().digest(),
                    version,
                    rebuilt.diff().before().digest());
            out.println("Why: " + rebuilt.explanation());
        }
        out.flush();
        return rebuilt.equal() ? 0 : DIFFERENT;
    }
}
