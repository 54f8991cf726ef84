package io.captionstream.cli;

import io.captionstream.connection.Connection;
import io.captionstream.deadletters.DeadLetter;
import io.captionstream.deadletters.DeadLetterLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists dead letters. */
@Command(name = "list", description = "Lists dead letters, the newest first.", mixinStandardHelpOptions = true)
final class DlqListCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = "--limit",
            defaultValue = "20",
            paramLabel = "N",
            description = "So many at most (default: ${DEFAULT-VALUE}).")
    int limit;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    DeadLetterFilter filter;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    DeadLetterOptions options;

    @Override
    public Integer call() throws IOException {
        List<DeadLetter> letters;
        try (Connection connection = new Connection(options.broker.settings());
                DeadLetterLog log = options.open(connection)) {
            letters = log.newest(limit, filter);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.of(letters.stream().map(DeadLetterOptions::json).toList()));
        } else if (letters.isEmpty()) {
            out.println(filter.isEmpty() ? "There are no dead letters." : "There are no such dead letters.");
        } else {
            print(out, letters);
        }
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, List<DeadLetter> letters) {
        String row = "%%-%ds  %%s  %%-%ds  %%-%ds  %%s"
                .formatted(
                        Math.max(1, width(letters, DeadLetterOptions::shortPosition)),
                        Math.max(1, width(letters, DeadLetter::code)),
                        width(letters, DlqListCommand::key));
        letters.forEach(letter -> out.println(row.formatted(
                        DeadLetterOptions.shortPosition(letter),
                        letter.at().truncatedTo(ChronoUnit.SECONDS),
                        letter.code(),
                        key(letter),
                        letter.reason())
                .stripTrailing()));
    }

    private static int width(List<DeadLetter> letters, Function<DeadLetter, String> column) {
        return letters.stream()
                .mapToInt(letter -> column.apply(letter).length())
                .max()
                .orElse(0);
    }

    private static String key(DeadLetter letter) {
        return letter.key() == null ? "-" : letter.key();
    }
}
