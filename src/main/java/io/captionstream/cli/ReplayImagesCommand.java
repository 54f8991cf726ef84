package io.captionstream.cli;

import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import io.captionstream.replay.ImageReplay;
import io.captionstream.replay.ReplayEstimate;
import io.captionstream.replay.ReplayPlan;
import io.captionstream.replay.ReplayRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Captions a range of the image events again. */
@Command(
        name = "images",
        description = {
            "Captions a range of the image events again, with any version of a model, into a topic of its own.",
            "The service goes on untouched. Ctrl-C stops; the same command goes on, each event is captioned once."
        })
final class ReplayImagesCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

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

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "Name of the model.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Option(
            names = "--version",
            paramLabel = "VERSION",
            description = "Its version, or the beginning of its digest (default: the one in service).")
    @Nullable
    String version;

    @Option(
            names = "--to-topic",
            required = true,
            paramLabel = "TOPIC",
            description = "Where the captions go; dead letters go to TOPIC.dlq. Both are created if missing.")
    @SuppressWarnings("NullAway.Init")
    String target;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Tells replays apart; the same name goes on with one (default: the topic's name).")
    @Nullable
    String name;

    @Option(names = "--dry-run", description = "Only say how many events there are and how long they would take.")
    boolean dryRun;

    @Option(names = "--discard", description = "Forget a replay of this name that is not done; its captions stay.")
    boolean discard;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OperationOptions options;

    @Override
    public Integer call() throws IOException, OperationException, InferenceException {
        ReplayRequest request = new ReplayRequest(name == null ? target : name, model, version, from, to, target);
        try (Operations operations = options.open()) {
            operations
                    .connection()
                    .requireTopics(List.of(operations.config().topics().imageEvents()));
            ImageReplay replay = new ImageReplay(
                    operations.connection(),
                    new CaptioningSettings().replay(operations.config().topics()));
            if (discard) {
                print(replay.discard(request.name()) ? "Discarded." : "There is no such replay.");
                return 0;
            }
            Optional<ReplayPlan> begun = replay.begun(request.name());
            begun.ifPresent(request::requireSame);
            ModelBundle bundle = operations
                    .models()
                    .open(model, begun.map(ReplayPlan::digest).orElse(version));
            ReplayPlan plan = begun.isPresent() ? begun.get() : replay.plan(request, bundle);
            return dryRun ? estimate(replay, plan, bundle) : run(replay, plan, bundle);
        }
    }

    private int estimate(ImageReplay replay, ReplayPlan plan, ModelBundle bundle)
            throws IOException, InferenceException {
        ReplayEstimate estimate = replay.estimate(plan, bundle);
        print("%d events of %s with %s version %s, about %s"
                .formatted(estimate.events(), plan.source(), plan.model(), plan.version(), shown(estimate.time())));
        print("Measured on %d of them, of which %d would become dead letters"
                .formatted(estimate.sampled(), estimate.failed()));
        return 0;
    }

    private int run(ImageReplay replay, ReplayPlan plan, ModelBundle bundle) throws IOException, InferenceException {
        boolean done;
        try (StopSignal stop = new StopSignal();
                ProgressBar bar = new ProgressBar("Replaying", plan.offsets())) {
            done = replay.run(plan, bundle, (at, total) -> bar.stepTo(at), stop);
            bar.close();
            print(
                    done
                            ? "%d events captioned with %s version %s into %s"
                                    .formatted(plan.offsets(), plan.model(), plan.version(), plan.target())
                            : "Stopped. The same command goes on.");
        }
        return done ? 0 : StopSignal.EXIT_CODE;
    }

    private static String shown(Duration time) {
        return time.compareTo(Duration.ofMinutes(1)) < 0
                ? "%.1f s".formatted(time.toMillis() / 1000.0)
                : "%d:%02d h".formatted(time.toHours(), time.toMinutesPart());
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
