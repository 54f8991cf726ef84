package io.captionstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.captionstream.connection.Connection;
import io.captionstream.deadletters.DeadLetterLog;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a dead letter in full. */
@Command(
        name = "show",
        description = "Shows a dead letter in full: its headers, and the event if it is one.",
        mixinStandardHelpOptions = true)
final class DlqShowCommand implements Callable<Integer> {
    private static final int BYTES_SHOWN = 64;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(index = "0", paramLabel = "LETTER", description = "As 'dlq list' names it, for example 0@17.")
    @SuppressWarnings("NullAway.Init")
    String letter;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    DeadLetterOptions options;

    @Override
    public Integer call() throws IOException {
        DeadLetterOptions.Position position = options.position(letter);
        Map<String, @Nullable Object> shown;
        try (Connection connection = new Connection(options.broker.settings());
                DeadLetterLog log = options.open(connection)) {
            ConsumerRecord<byte[], byte[]> record = log.record(position.partition(), position.offset())
                    .orElseThrow(() ->
                            new IllegalArgumentException("There is no dead letter %s, or no longer".formatted(letter)));
            shown = DeadLetterOptions.json(
                    log.find(position.partition(), position.offset()).orElseThrow());
            shown.put("headers", headers(record));
            shown.put("valueBytes", record.value() == null ? null : record.value().length);
            addValue(shown, record.value(), connection.codec());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.of(shown));
        } else {
            print(out, "", shown);
        }
        out.flush();
        return 0;
    }

    private static Map<String, @Nullable Object> headers(ConsumerRecord<?, ?> record) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), header.value() == null ? null : text(header.value()));
        }
        return headers;
    }

    private void addValue(Map<String, @Nullable Object> shown, byte @Nullable [] value, ConfluentEventCodec codec) {
        if (value == null) {
            return;
        }
        Class<? extends SpecificRecord> type = options.labels ? LabeledPair.class : ImageEvent.class;
        try {
            shown.put("event", EventJson.of(codec.decode(options.topic(), value, type)));
        } catch (UndecodableEventException | RegistryUnavailableException e) {
            shown.put("undecodable", e.getMessage());
            shown.put("value", text(value));
        }
    }

    /** As text if it is, else the first bytes. */
    private static String text(byte[] value) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
            if (text.chars()
                    .noneMatch(character -> Character.isISOControl(character) && !Character.isWhitespace(character))) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // Shown as bytes.
        }
        String hex = HexFormat.of().formatHex(value, 0, Math.min(value.length, BYTES_SHOWN));
        return value.length > BYTES_SHOWN ? hex + "…" : hex;
    }

    private static void print(PrintWriter out, String indent, Map<?, ?> values) {
        values.forEach((name, value) -> {
            if (value instanceof Map<?, ?> nested) {
                out.println(indent + name + ":");
                print(out, indent + "  ", nested);
            } else {
                out.println(indent + name + ": " + (value == null ? "-" : value));
            }
        });
    }
}
