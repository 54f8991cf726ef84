package io.captionstream.cli;

import io.captionstream.operations.ReleaseChange;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of all commands that change a model's release. */
final class ReleaseOptions {
    @Parameters(index = "0", paramLabel = "MODEL", description = "Name of the model.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; goes into the release.")
    @Nullable
    String reason;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OperationOptions operations;

    /** @param what was done, if nobody says why */
    String reason(String what) {
        return reason == null ? what + " by hand" : reason;
    }

    static void print(PrintWriter out, ReleaseChange change) {
        out.printf(
                "%s serves version %s%s%s%n",
                change.model(),
                change.version(),
                change.before() == null || change.before().equals(change.version()) ? "" : " after " + change.before(),
                change.trial() == null ? "" : " and tries " + change.trial());
        out.flush();
    }
}
