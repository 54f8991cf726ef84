package io.captionstream.cli;

import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.image.ImageLoader;
import io.captionstream.learning.RunOutcome;
import io.captionstream.learning.RunPlan;
import io.captionstream.model.BundleException;
import io.captionstream.model.InferenceException;
import io.captionstream.operations.LabelReplay;
import io.captionstream.operations.LabelReplayRequest;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a version from a range of the labelled pairs. */
@Command(
        name = "labels",
        description = {
            "Makes a version from a range of the labelled pairs and puts it into the store, beside the trainers.",
            "Ctrl-C leaves a checkpoint; the same command goes on."
        },
        mixinStandardHelpOptions = true)
final class ReplayLabelsCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "Name of the model.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "BOUND",
            description =
                    "Where to begin: earliest, an ISO 8601 time, milliseconds since 1970, or offsets (0:100,1:250).")
    @SuppressWarnings("NullAway.Init")
    String from;

    @Option(
            names = "--to",
            defaultValue = "latest",
            paramLabel = "BOUND",
            description = "Where to end, exclusive; likewise (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String to;

    @Option(
            names = "--parent",
            paramLabel = "VERSION",
            description = "The version to start from (default: the one in service).")
    @Nullable
    String parent;

    @Option(names = "--from-scratch", description = "Start from nothing, with the sizes of the parent's network.")
    boolean fromScratch;

    @Option(names = "--bundle-version", description = "Version of the bundle (default: the time).")
    @Nullable
    String version;

    @Option(names = "--promote", description = "Put it into service, whatever the gate says.")
    boolean promote;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Tells replays apart; the same name goes on with one (default: replay-MODEL).")
    @Nullable
    String name;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TrainingOptions training;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OperationOptions options;

    @Override
    public Integer call() throws IOException, OperationException, BundleException, InferenceException {
        FineTuneConfig config = training.fineTune(FineTuneConfig.defaults());
        LabelReplayRequest request = new LabelReplayRequest(
                name == null ? "replay-" + model : name, model, parent, from, to, fromScratch, version);
        PrintWriter out = spec.commandLine().getOut();
        try (Operations operations = options.open();
                ImageLoader images = new ImageLoader(new CaptioningSettings().images());
                StopSignal stop = new StopSignal()) {
            String topic = operations.config().topics().labeledPairs();
            operations.connection().requireTopics(List.of(topic));
            LabelReplay replay = new LabelReplay(
                    operations.models(),
                    operations.connection(),
                    topic,
                    training.runs(operations, images),
                    training.folder().resolve("plans"),
                    Clock.systemUTC());
            RunPlan plan = replay.begin(request, config);
            Optional<RunOutcome> outcome;
            try (RunProgress progress = new RunProgress(out)) {
                outcome = replay.run(request.name(), plan, progress, stop);
            }
            if (outcome.isEmpty()) {
                out.println("Stopped. The same command goes on.");
                out.flush();
                return StopSignal.EXIT_CODE;
            }
            print(out, outcome.get());
            if (promote) {
                ReleaseOptions.print(
                        out,
                        operations
                                .models()
                                .promote(model, outcome.get().stored().digest(), "replay of labels"));
            }
        }
        return 0;
    }

    private static void print(PrintWriter out, RunOutcome outcome) {
        out.printf(
                "Version %s, digest %s%n", outcome.version(), outcome.stored().digest());
        out.printf(
                "The gate would %s it: %s%n",
                outcome.verdict().promoted() ? "promote" : "reject",
                outcome.verdict().reason());
        out.flush();
    }
}
