package io.captionstream.event;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import io.captionstream.event.SchemaAnswer.Foreign;
import io.captionstream.event.SchemaAnswer.Found;
import io.captionstream.event.SchemaAnswer.Refused;
import io.captionstream.event.SchemaAnswer.Silent;
import io.captionstream.event.SchemaAnswer.Unknown;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;

/** Asks the registry for schemas; whatever its client throws is an answer. */
final class SchemaLookup {
    /** The registry's own word. A bare 404 may be of a proxy, before a registry that is starting. */
    private static final int UNKNOWN_ID = 40403;

    private static final int MAX_WORDS = 300;
    /**
     * The client has no parser but Avro's, and says only in words what else it was given: an unknown format, or a schema
     * that its parser refuses.
     */
    private static final Pattern FORMAT =
            Pattern.compile("^Invalid schema (?:type|.* of type) (\\w+)$", Pattern.DOTALL);

    private final SchemaRegistryClient registry;

    SchemaLookup(SchemaRegistryClient registry) {
        this.registry = requireNonNull(registry, "registry is null");
    }

    SchemaAnswer ask(int id) {
        try {
            return answer(registry.getSchemaById(id));
        } catch (RestClientException e) {
            return e.getErrorCode() == UNKNOWN_ID ? new Unknown(e) : new Refused(words(e), e);
        } catch (SocketException | UnknownHostException e) {
            return new Silent(e);
        } catch (IOException | RuntimeException e) {
            return unparsed(e);
        }
    }

    private static SchemaAnswer answer(ParsedSchema parsed) {
        if (parsed.rawSchema() instanceof Schema schema) {
            return new Found(schema);
        }
        return parsed.schemaType().equals(AvroSchema.TYPE)
                ? new Refused("a schema without content", null)
                : new Foreign(parsed.schemaType());
    }

    private static SchemaAnswer unparsed(Exception e) {
        Matcher format =
                FORMAT.matcher(String.valueOf(Throwables.getRootCause(e).getMessage()));
        if (!format.matches()) {
            return new Refused(words(e), e);
        }
        return format.group(1).equals(AvroSchema.TYPE)
                ? new Refused("a schema that is not valid, or whose references it does not give: " + words(e), e)
                : new Foreign(format.group(1));
    }

    /** What went wrong, short and in one line. */
    static String words(Exception e) {
        String message = e instanceof RestClientException rest
                ? "HTTP %d: %s".formatted(rest.getStatus(), e.getMessage())
                : text(e);
        String line = message.replaceAll("\\s+", " ");
        return line.length() > MAX_WORDS ? line.substring(0, MAX_WORDS) + "…" : line;
    }

    private static String text(Exception e) {
        Throwable root = Throwables.getRootCause(e);
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
