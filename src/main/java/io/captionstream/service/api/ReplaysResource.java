package io.captionstream.service.api;

import io.captionstream.operations.OperationException;
import io.captionstream.replay.ReplayRequest;
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

/** Captions image events again. */
@Path("/api/replays/images")
@Tag(name = "replays")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class ReplaysResource {
    private final ReplayJobs jobs;

    ReplaysResource(ReplayJobs jobs) {
        this.jobs = jobs;
    }

    @POST
    @Operation(operationId = "startImageReplay", summary = "Captions a range of the image events again, or goes on")
    @APIResponse(
            responseCode = "202",
            description = "Begun",
            content = @Content(schema = @Schema(implementation = ReplayStatus.class)))
    public Response start(Requests.@Nullable ImageReplayStart body) throws IOException, OperationException {
        if (body == null) {
            throw new IllegalArgumentException("the body is missing: model, from and toTopic");
        }
        String target = Requests.required("toTopic", body.toTopic());
        ReplayRequest request = new ReplayRequest(
                body.name() == null ? target : body.name(),
                Requests.required("model", body.model()),
                body.version(),
                Requests.required("from", body.from()),
                body.to() == null ? "latest" : body.to(),
                target);
        return Response.accepted(jobs.start(request)).build();
    }

    @GET
    @Operation(operationId = "listImageReplays", summary = "The replays that were begun in this process")
    public List<ReplayStatus> list() {
        return jobs.list();
    }

    @GET
    @Path("/{name}")
    @Operation(operationId = "showImageReplay", summary = "How far a replay has come")
    public ReplayStatus show(@PathParam("name") String name) throws OperationException {
        return jobs.status(name);
    }

    @DELETE
    @Path("/{name}")
    @Operation(operationId = "stopImageReplay", summary = "Stops a replay; the same request goes on with it")
    public ReplayStatus stop(@PathParam("name") String name) throws OperationException {
        return jobs.stop(name);
    }
}
