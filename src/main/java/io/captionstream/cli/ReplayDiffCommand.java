package io.captionstream.cli;

import io.captionstream.operations.Operations;
import io.captionstream.replay.ReplayComparison;
import io.captionstream.replay.ReplayDiff;
import io.captionstream.replay.ReplayDiffFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sets the captions of a replay beside the service's. */
@Command(
        name = "diff",
        description = "Compares the captions of a replay with those that the service wrote for the same events.",
        mixinStandardHelpOptions = true)
final class ReplayDiffCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "Name of the model.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Option(names = "--topic", required = true, paramLabel = "TOPIC", description = "Where the replay's captions are.")
    @SuppressWarnings("NullAway.Init")
    String topic;

    @Option(
            names = "--before",
            paramLabel = "TOPIC",
            description = "Captions to compare with (default: the service's topic of captions).")
    @Nullable
    String before;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Folder for diff.json and diff.html; must not exist (default: only the counts are printed).")
    @Nullable
    Path out;

    @Option(
            names = "--html-limit",
            defaultValue = "1000",
            description = "Largest number of changes on the page (default: ${DEFAULT-VALUE}).")
    int htmlLimit;

    @Option(names = "--json", description = "Print JSON, with all changes.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OperationOptions options;

    @Override
    public Integer call() throws IOException {
        ReplayDiffFolder folder = out == null ? null : new ReplayDiffFolder(out);
        ReplayDiff diff;
        try (Operations operations = options.open()) {
            diff = new ReplayComparison(operations.connection(), model)
                    .compare(
                            before == null ? operations.config().topics().captionEvents() : before,
                            topic,
                            Instant.now());
        }
        if (folder != null) {
            folder.write(diff, htmlLimit);
        }
        PrintWriter lines = spec.commandLine().getOut();
        if (json) {
            lines.println(Json.of(diff));
        } else {
            lines.printf(
                    "%d same, %d changed, %d only in %s, %d only in %s%n",
                    diff.same(),
                    diff.changes().size(),
                    diff.onlyBefore(),
                    diff.before(),
                    diff.onlyAfter(),
                    diff.after());
        }
        lines.flush();
        return 0;
    }
}
