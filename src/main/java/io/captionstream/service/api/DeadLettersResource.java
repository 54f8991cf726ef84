package io.captionstream.service.api;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.deadletters.DeadLetter;
import io.captionstream.deadletters.DeadLetterLog;
import io.captionstream.live.DeadLetterView;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.OperationException.Kind;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Dead letters of image events: looking, and trying again. */
@Path("/api/live/dead-letters")
@Tag(name = "live")
@Produces(MediaType.APPLICATION_JSON)
public class DeadLettersResource {
    private static final int MOST = 200;
    private static final int PATIENCE_SECONDS = 30;

    private final LiveAccess access;

    DeadLettersResource(LiveAccess access) {
        this.access = access;
    }

    /**
     * Where an event went that is tried again.
     *
     * @param id key of its record
     */
    public record Retried(@org.jspecify.annotations.Nullable String id, int partition, long offset) {}

    @GET
    @Operation(operationId = "listDeadLetters", summary = "The newest dead letters of image events")
    public List<DeadLetterView> list(@QueryParam("limit") @DefaultValue("50") int limit) throws IOException {
        checkArgument(limit >= 1 && limit <= MOST, "limit must be 1 to %s: %s", MOST, limit);
        return access.deadLetters().newest(limit, letter -> true).stream()
                .map(DeadLetterView::of)
                .toList();
    }

    @POST
    @Path("/{partition}/{offset}/retry")
    @Operation(operationId = "retryDeadLetter", summary = "Sends an event that failed to its topic again")
    public Retried retry(@PathParam("partition") int partition, @PathParam("offset") long offset)
            throws IOException, OperationException {
        String topic = access.settings().topics().deadLetters();
        DeadLetterLog log = access.deadLetters();
        DeadLetter letter = log.find(new TopicPartition(topic, partition), offset)
                .orElseThrow(() -> new OperationException(
                        Kind.NOT_FOUND,
                        "There is no dead letter at %s-%d@%d, or no longer".formatted(topic, partition, offset)));
        if (letter.key() != null) {
            access.feed().expect(letter.key());
        }
        RecordMetadata written = retry(log, letter);
        return new Retried(letter.key(), written.partition(), written.offset());
    }

    private static RecordMetadata retry(DeadLetterLog log, DeadLetter letter) throws IOException, OperationException {
        try {
            return log.retry(letter).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw new OperationException(Kind.CONFLICT, String.valueOf(refused.getMessage()), refused);
            }
            throw e.getCause() instanceof IOException known ? known : new IOException(e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException("The broker did not answer within %d s".formatted(PATIENCE_SECONDS), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while writing the event", e);
        }
    }
}
