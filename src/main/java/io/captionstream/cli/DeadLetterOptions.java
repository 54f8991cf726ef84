package io.captionstream.cli;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.connection.Connection;
import io.captionstream.deadletters.DeadLetter;
import io.captionstream.deadletters.DeadLetterLog;
import io.captionstream.event.Topics;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of all commands on dead letters. */
final class DeadLetterOptions {
    private static final Pattern POSITION = Pattern.compile("(?:(.+)-)?(\\d{1,9})@(\\d{1,18})");

    @Option(names = "--labels", description = "The dead letters of labelled pairs instead of those of image events.")
    boolean labels;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TopicOptions topics;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    BrokerOptions broker;

    /** Name of the topic. */
    String topic() {
        Topics names = topics.topics();
        return labels ? names.labelDeadLetters() : names.deadLetters();
    }

    DeadLetterLog open(Connection connection) throws IOException {
        Topics names = topics.topics();
        return DeadLetterLog.open(connection, topic(), labels ? names.labeledPairs() : names.imageEvents());
    }

    /** Where a letter is. */
    record Position(TopicPartition partition, long offset) {}

    /**
     * Reads what {@code dlq list} prints.
     *
     * @throws IllegalArgumentException if it is no position in the topic
     */
    Position position(String text) {
        Matcher matcher = POSITION.matcher(text);
        checkArgument(
                matcher.matches()
                        && (matcher.group(1) == null || matcher.group(1).equals(topic())),
                "'%s' is no dead letter: they are named as 'dlq list' prints them, PARTITION@OFFSET or %s-PARTITION@OFFSET",
                text,
                topic());
        return new Position(
                new TopicPartition(topic(), Integer.parseInt(matcher.group(2))), Long.parseLong(matcher.group(3)));
    }

    /** The letter as maps and lists, for JSON. */
    static Map<String, @Nullable Object> json(DeadLetter letter) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("letter", letter.position());
        json.put("at", letter.at());
        json.put("key", letter.key());
        json.put("code", letter.code());
        json.put("stage", letter.stage());
        json.put("reason", letter.reason());
        json.put("sourceTopic", letter.sourceTopic());
        json.put("sourcePartition", letter.sourcePartition());
        json.put("sourceOffset", letter.sourceOffset());
        return json;
    }

    static String shortPosition(DeadLetter letter) {
        return letter.partition().partition() + "@" + letter.offset();
    }
}
