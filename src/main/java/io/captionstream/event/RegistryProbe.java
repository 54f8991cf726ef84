package io.captionstream.event;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Tells a registry that is out from one that refuses a single id, by asking for what it should be able to answer: where
 * the schema of an id is registered that it gave before, its mode, its subjects. None of these is cached by its client.
 */
final class RegistryProbe {
    private static final long VALID_NANOS = Duration.ofSeconds(1).toNanos();

    private final SchemaRegistryClient registry;
    private final Ticker ticker;

    @GuardedBy("this")
    private OptionalInt knownId = OptionalInt.empty();

    @GuardedBy("this")
    private @Nullable Boolean answers;

    @GuardedBy("this")
    private long askedNanos;

    RegistryProbe(SchemaRegistryClient registry, Ticker ticker) {
        this.registry = requireNonNull(registry, "registry is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
    }

    /** The registry has just given a schema. */
    synchronized void gave(int id) {
        knownId = OptionalInt.of(id);
        answers = true;
        askedNanos = ticker.read();
    }

    /** Whether the registry answered within the last second, or does so now. */
    synchronized boolean answers() {
        return answers != null && ticker.read() - askedNanos < VALID_NANOS ? answers : answersNow();
    }

    /** Whether the registry answers now. */
    synchronized boolean answersNow() {
        boolean answered = probe();
        answers = answered;
        askedNanos = ticker.read();
        return answered;
    }

    private synchronized boolean probe() {
        OptionalInt id = knownId;
        try {
            return id.isPresent() && isAnswered(() -> registry.getAllVersionsById(id.getAsInt()))
                    || isAnswered(registry::getMode)
                    || isAnswered(registry::getAllSubjects);
        } catch (IOException e) {
            // Nothing else would come through either.
            return false;
        }
    }

    @FunctionalInterface
    private interface Request {
        Object send() throws IOException, RestClientException;
    }

    private static boolean isAnswered(Request request) throws IOException {
        try {
            Object unused = request.send();
            return true;
        } catch (RestClientException | RuntimeException e) {
            // Not allowed, not there, or not understood; another request may be.
            return false;
        }
    }
}
