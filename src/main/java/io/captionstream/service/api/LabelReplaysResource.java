package io.captionstream.service.api;

import io.captionstream.operations.LabelReplayRequest;
import io.captionstream.operations.OperationException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Makes versions from ranges of the labelled pairs. */
@Path("/api/replays/labels")
@Tag(name = "replays")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class LabelReplaysResource {
    private final LabelReplayJobs jobs;

    LabelReplaysResource(LabelReplayJobs jobs) {
        this.jobs = jobs;
    }

    @POST
    @Operation(
            operationId = "startLabelReplay",
            summary = "Makes a version from a range of the labelled pairs, or goes on; it is stored, not promoted")
    @APIResponse(
            responseCode = "202",
            description = "Begun",
            content = @Content(schema = @Schema(implementation = LabelReplayStatus.class)))
    public Response start(Requests.@Nullable LabelReplayStart body) throws IOException, OperationException {
        if (body == null) {
            throw new IllegalArgumentException("the body is missing: model and from");
        }
        String model = Requests.required("model", body.model());
        LabelReplayRequest request = new LabelReplayRequest(
                body.name() == null ? "replay-" + model : body.name(),
                model,
                body.parent(),
                Requests.required("from", body.from()),
                body.to() == null ? "latest" : body.to(),
                Boolean.TRUE.equals(body.fromScratch()),
                body.version());
        return Response.accepted(jobs.start(request)).build();
    }

    @GET
    @Operation(operationId = "listLabelReplays", summary = "The replays of labels that were begun in this process")
    public List<LabelReplayStatus> list() {
        return jobs.list();
    }

    @GET
    @Path("/{name}")
    @Operation(operationId = "showLabelReplay", summary = "How far a replay of labels has come")
    public LabelReplayStatus show(@PathParam("name") String name) throws OperationException {
        return jobs.status(name);
    }

    @DELETE
    @Path("/{name}")
    @Operation(
            operationId = "stopLabelReplay",
            summary = "Stops a replay of labels at a checkpoint; the same request goes on with it")
    public LabelReplayStatus stop(@PathParam("name") String name) throws OperationException {
        return jobs.stop(name);
    }
}
