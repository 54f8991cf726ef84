package io.captionstream.cli;

import io.captionstream.deadletters.DeadLetter;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that choose dead letters. */
final class DeadLetterFilter implements Predicate<DeadLetter> {
    @Option(names = "--code", paramLabel = "CODE", description = "Only letters of this code; can be repeated.")
    Set<String> codes = Set.of();

    @Option(names = "--stage", paramLabel = "STAGE", description = "Only letters of this stage.")
    @Nullable
    String stage;

    @Option(names = "--key", paramLabel = "REGEX", description = "Only letters whose key contains this.")
    @Nullable
    Pattern keys;

    @Option(names = "--grep", paramLabel = "REGEX", description = "Only letters whose reason contains this.")
    @Nullable
    Pattern reasons;

    @Option(names = "--since", paramLabel = "TIME", description = "Only letters since then, an ISO 8601 time.")
    @Nullable
    Instant since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only letters before then, an ISO 8601 time.")
    @Nullable
    Instant until;

    boolean isEmpty() {
        return codes.isEmpty() && stage == null && keys == null && reasons == null && since == null && until == null;
    }

    @Override
    public boolean test(DeadLetter letter) {
        return (codes.isEmpty() || upper(codes).contains(letter.code()))
                && (stage == null || stage.equalsIgnoreCase(letter.stage()))
                && (keys == null
                        || letter.key() != null && keys.matcher(letter.key()).find())
                && (reasons == null || reasons.matcher(letter.reason()).find())
                && (since == null || !letter.at().isBefore(since))
                && (until == null || letter.at().isBefore(until));
    }

    private static Set<String> upper(Set<String> codes) {
        return codes.stream().map(code -> code.toUpperCase(Locale.ROOT)).collect(Collectors.toSet());
    }
}
