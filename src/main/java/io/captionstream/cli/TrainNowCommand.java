package io.captionstream.cli;

import io.captionstream.event.GateVerdict;
import io.captionstream.event.TrainingReport;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import io.captionstream.operations.TrainNow;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the trainers for a run. */
@Command(
        name = "now",
        description = {
            "Asks the trainers for a run on the labelled pairs that the version in service has not learned from.",
            "With --wait, Ctrl-C only ends the waiting."
        },
        mixinStandardHelpOptions = true)
final class TrainNowCommand implements Callable<Integer> {
    private static final Set<String> DECIDED = Set.of("promoted", "rejected");

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "Name of the model.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Option(names = "--wait", description = "Follow the reports until the run ends.")
    boolean wait;

    @Option(
            names = "--requested-by",
            paramLabel = "NAME",
            description = "Who asks; goes into the command (default: the user's name).")
    @Nullable
    String requestedBy;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OperationOptions options;

    @Override
    public Integer call() throws IOException, OperationException {
        try (Operations operations = options.open();
                StopSignal stop = new StopSignal()) {
            // A command for a model that there is not would never be answered.
            operations.models().list(model);
            TrainNow training = operations.training();
            TrainNow.Ticket ticket =
                    training.request(model, requestedBy == null ? System.getProperty("user.name") : requestedBy);
            print("Asked for a run of %s".formatted(model));
            if (!wait) {
                return 0;
            }
            Optional<TrainingReport> last = training.follow(ticket, this::print, stop);
            if (last.isEmpty()) {
                print("Stopped waiting. The run goes on.");
                return StopSignal.EXIT_CODE;
            }
            return DECIDED.contains(last.get().getPhase()) ? 0 : 1;
        }
    }

    private void print(TrainingReport report) {
        StringBuilder line = new StringBuilder(report.getPhase());
        if (report.getCandidateVersion() != null) {
            line.append(", version ").append(report.getCandidateVersion());
        }
        if (report.getEpoch() != null) {
            line.append(", epoch %d, training loss %s, validation loss %s"
                    .formatted(
                            report.getEpoch(),
                            ModelsListCommand.number(report.getTrainLoss()),
                            ModelsListCommand.number(report.getValidationLoss())));
        }
        GateVerdict verdict = report.getVerdict();
        if (verdict != null) {
            line.append(": ").append(verdict.getReason());
        }
        if (report.getError() != null) {
            line.append(": ").append(report.getError());
        }
        print(line.toString());
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
