package io.captionstream.cli;

import io.captionstream.connection.Connection;
import io.captionstream.deadletters.DeadLetter;
import io.captionstream.deadletters.DeadLetterLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tries dead letters again. */
@Command(
        name = "retry",
        description = {
            "Sends dead letters back to the topic they came from, as they were received, the oldest first.",
            "They stay in the topic of dead letters: what is sent twice is captioned twice."
        },
        mixinStandardHelpOptions = true)
final class DlqRetryCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "LETTER", description = "As 'dlq list' names them, for example 0@17.")
    List<String> names = List.of();

    @Option(names = "--all", description = "All letters that the options below choose, instead of named ones.")
    boolean all;

    @Option(
            names = "--limit",
            defaultValue = "1000",
            paramLabel = "N",
            description = "With --all: the newest so many (default: ${DEFAULT-VALUE}).")
    int limit;

    @Option(names = "--dry-run", description = "Only say which.")
    boolean dryRun;

    @Option(names = "--json", description = "Print JSON lines.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    DeadLetterFilter filter;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    DeadLetterOptions options;

    @Override
    public Integer call() throws IOException {
        if (names.isEmpty() != all) {
            throw new ParameterException(spec.commandLine(), "Name dead letters, or choose them with --all");
        }
        if (!all && !filter.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "What is named needs no --code, --key and the like");
        }
        try (Connection connection = new Connection(options.broker.settings());
                DeadLetterLog log = options.open(connection);
                StopSignal stop = new StopSignal()) {
            return retry(log, all ? chosen(log) : named(log), stop);
        }
    }

    private List<DeadLetter> chosen(DeadLetterLog log) {
        List<DeadLetter> letters = new ArrayList<>(log.newest(limit, filter));
        Collections.reverse(letters);
        return letters;
    }

    private List<DeadLetter> named(DeadLetterLog log) {
        List<DeadLetter> letters = new ArrayList<>();
        for (String name : names) {
            DeadLetterOptions.Position position = options.position(name);
            letters.add(log.find(position.partition(), position.offset())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "There is no dead letter %s, or no longer; nothing was sent".formatted(name))));
        }
        return letters;
    }

    private int retry(DeadLetterLog log, List<DeadLetter> letters, StopSignal stop) {
        int failed = 0;
        int sent = 0;
        for (DeadLetter letter : letters) {
            if (stop.getAsBoolean()) {
                break;
            }
            if (dryRun) {
                print(letter, "would be sent to " + letter.sourceTopic(), Map.of("dryRun", true));
            } else if (send(log, letter)) {
                sent++;
            } else {
                failed++;
            }
        }
        if (!json && !dryRun) {
            PrintWriter out = spec.commandLine().getOut();
            out.printf("%d of %d dead letters were sent again%n", sent, letters.size());
            out.flush();
        }
        boolean stopped = !dryRun && sent + failed < letters.size();
        return stopped ? StopSignal.EXIT_CODE : failed == 0 ? 0 : 1;
    }

    /** One after the other, so that what is sent stays in order though one fails. */
    private boolean send(DeadLetterLog log, DeadLetter letter) {
        CompletableFuture<RecordMetadata> written = log.retry(letter);
        try {
            RecordMetadata at = written.join();
            print(letter, "-> " + at, Map.of("topic", at.topic(), "partition", at.partition(), "offset", at.offset()));
            return true;
        } catch (CompletionException e) {
            String reason = String.valueOf((e.getCause() == null ? e : e.getCause()).getMessage());
            print(letter, "not sent: " + reason, Map.of("error", reason));
            return false;
        }
    }

    private void print(DeadLetter letter, String what, Map<String, ? extends Object> result) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, @Nullable Object> line = DeadLetterOptions.json(letter);
            line.putAll(result);
            out.println(Json.line(line));
        } else {
            out.println("%s  %s  %s  %s"
                    .formatted(
                            DeadLetterOptions.shortPosition(letter),
                            letter.code(),
                            letter.key() == null ? "-" : letter.key(),
                            what));
        }
        out.flush();
    }
}
