package io.captionstream.service.api;

import io.captionstream.operations.ModelDiff;
import io.captionstream.operations.ModelOperations;
import io.captionstream.operations.ModelVersions;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.ReleaseChange;
import io.captionstream.operations.TrialRequest;
import io.captionstream.operations.VersionDetails;
import io.captionstream.release.Releases;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The versions of models: looking, releasing, taking back, training. */
@Path("/api/models")
@Tag(name = "models")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class ModelsResource {
    private static final int ALL = 100;

    private final OperationsAccess access;

    ModelsResource(OperationsAccess access) {
        this.access = access;
    }

    private ModelOperations models() throws IOException {
        return access.get().models();
    }

    @GET
    @Operation(operationId = "listModels", summary = "Every version that is known of each model")
    public List<ModelVersions> list() throws IOException {
        return models().list();
    }

    @GET
    @Path("/{model}")
    @Operation(operationId = "listVersions", summary = "Every version that is known of a model")
    public ModelVersions list(@PathParam("model") String model) throws IOException, OperationException {
        return models().list(model);
    }

    @GET
    @Path("/{model}/versions/{version}")
    @Operation(operationId = "showVersion", summary = "A version in full, by its name or the beginning of its digest")
    public VersionDetails show(@PathParam("model") String model, @PathParam("version") String version)
            throws IOException, OperationException {
        return models().show(model, version);
    }

    @GET
    @Path("/{model}/diff")
    @Operation(operationId = "diffVersions", summary = "How two versions differ")
    public ModelDiff diff(
            @PathParam("model") String model,
            @QueryParam("before") @Nullable String before,
            @QueryParam("after") @Nullable String after)
            throws IOException, OperationException {
        return models().diff(model, Requests.required("before", before), Requests.required("after", after));
    }

    @POST
    @Path("/{model}/versions/{version}/promote")
    @Operation(operationId = "promoteVersion", summary = "Puts a version into service")
    public ReleaseChange promote(
            @PathParam("model") String model, @PathParam("version") String version, Requests.@Nullable Promotion body)
            throws IOException, OperationException {
        return models().promote(model, version, Requests.reason(body == null ? null : body.reason(), "promoted"));
    }

    @POST
    @Path("/{model}/rollback")
    @Operation(operationId = "rollbackModel", summary = "Goes back to an earlier version")
    public ReleaseChange rollback(@PathParam("model") String model, Requests.@Nullable Rollback body)
            throws IOException, OperationException {
        return models().rollback(
                        model,
                        body == null ? null : body.version(),
                        Requests.reason(body == null ? null : body.reason(), "rolled back"));
    }

    @POST
    @Path("/{model}/trial")
    @Operation(operationId = "startTrial", summary = "Tries a version beside the one in service")
    public ReleaseChange startTrial(@PathParam("model") String model, Requests.@Nullable TrialStart body)
            throws IOException, OperationException {
        if (body == null) {
            throw new IllegalArgumentException("the body is missing: version and mode");
        }
        String mode = Requests.required("mode", body.mode());
        Integer percentage = body.percentage();
        if (percentage == null && mode.equals(Releases.CANARY)) {
            throw new IllegalArgumentException("percentage is missing");
        }
        return models().startTrial(
                        model,
                        Requests.required("version", body.version()),
                        new TrialRequest(
                                mode,
                                percentage == null ? ALL : percentage,
                                body.automatic() == null || body.automatic()),
                        Requests.reason(body.reason(), "put on trial"));
    }

    @DELETE
    @Path("/{model}/trial")
    @Operation(operationId = "endTrial", summary = "Ends the trial of a version")
    public ReleaseChange endTrial(@PathParam("model") String model) throws IOException, OperationException {
        return models().endTrial(model, Requests.reason(null, "trial ended"));
    }

    @POST
    @Path("/{model}/train")
    @Operation(
            operationId = "trainNow",
            summary = "Asks the trainers for a run on what is new; their reports tell of it")
    public Response train(@PathParam("model") String model, Requests.@Nullable Training body)
            throws IOException, OperationException {
        models().list(model);
        var unused = access.get().training().request(model, body == null ? null : body.requestedBy());
        return Response.accepted().build();
    }
}
