package io.captionstream.service.api;

import com.google.common.util.concurrent.RateLimiter;
import io.captionstream.live.LiveEvent;
import io.captionstream.live.LiveFeed;
import io.captionstream.live.Submissions.Submitted;
import io.captionstream.service.PageSettings;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jspecify.annotations.Nullable;

/** What the live page asks for. */
@Path("/api/live")
@Tag(name = "live")
@Produces(MediaType.APPLICATION_JSON)
public class LiveResource {
    /** Events kept for a page that is slow to take them; one that falls further behind begins anew. */
    private static final int BUFFER = 1024;

    private final LiveAccess access;
    private final PageSettings settings;
    private final RateLimiter rate;

    LiveResource(LiveAccess access) {
        this.access = access;
        this.settings = access.settings();
        this.rate = RateLimiter.create(settings.maxRate());
    }

    /**
     * What the page can do here.
     *
     * @param submissions whether images can be dropped
     * @param changes whether versions can be promoted and dead letters be tried again
     * @param store whether there is a store that versions can come from
     * @param maxUpload largest image in bytes
     * @param user who looks; null if nobody was asked
     */
    public record Abilities(
            boolean submissions,
            boolean changes,
            boolean store,
            long maxUpload,
            @Nullable String user) {}

    @GET
    @Operation(operationId = "liveAbilities", summary = "What the live page can do here")
    public Abilities abilities(@Context SecurityContext security) {
        return new Abilities(
                settings.submissions(),
                settings.changes(),
                settings.hasStore(),
                settings.maxUpload(),
                security.getUserPrincipal() == null
                                || security.getUserPrincipal().getName().isBlank()
                        ? null
                        : security.getUserPrincipal().getName());
    }

    @GET
    @Path("/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @NonBlocking
    @ResponseHeader(name = "X-Accel-Buffering", value = "no")
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @Operation(
            operationId = "liveEvents",
            summary = "Captions, dead letters, training reports, releases and vitals as they come: server-sent events")
    public Multi<OutboundSseEvent> events(@Context Sse sse) {
        LiveFeed feed = access.feed();
        return Multi.createFrom()
                .<LiveEvent>emitter(
                        emitter -> {
                            LiveFeed.Subscription subscription = feed.subscribe(emitter::emit);
                            emitter.onTermination(subscription::close);
                        },
                        BUFFER)
                .map(event -> sse.newEventBuilder()
                        .name(event.name())
                        .mediaType(MediaType.APPLICATION_JSON_TYPE)
                        .data(event.data())
                        .build());
    }

    @POST
    @Path("/images")
    @Consumes({"image/*", MediaType.APPLICATION_OCTET_STREAM})
    @Operation(operationId = "submitImage", summary = "Makes an image event of an image, or of where one is")
    @APIResponse(
            responseCode = "202",
            description = "Written",
            content = @Content(schema = @Schema(implementation = Submitted.class)))
    public Response submit(byte @Nullable [] image) throws IOException {
        Optional<Response> refused = refused();
        if (refused.isPresent()) {
            return refused.get();
        }
        return Response.accepted(access.submissions().content(image == null ? new byte[0] : image))
                .build();
    }

    @POST
    @Path("/images")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Response submit(Requests.@Nullable Reference body) throws IOException {
        String uri = Requests.required("uri", body == null ? null : body.uri());
        Optional<Response> refused = refused();
        if (refused.isPresent()) {
            return refused.get();
        }
        return Response.accepted(access.submissions().uri(uri)).build();
    }

    private Optional<Response> refused() {
        if (!settings.submissions()) {
            return Optional.of(Problem.of(
                    Status.FORBIDDEN,
                    "Images cannot be dropped here; captionstream.page.submissions=true switches that on"));
        }
        if (!rate.tryAcquire()) {
            return Optional.of(Problem.of(
                    Status.TOO_MANY_REQUESTS,
                    "More than %s images a second; try again in a moment".formatted(settings.maxRate())));
        }
        return Optional.empty();
    }

    @GET
    @Path("/images/{partition}/{offset}")
    @Produces("image/jpeg")
    @Operation(operationId = "showImage", summary = "A small picture of an image event's image")
    public Response image(@PathParam("partition") int partition, @PathParam("offset") long offset) throws IOException {
        return access.images()
                .picture(partition, offset)
                .map(jpeg -> Response.ok(jpeg)
                        .header("Cache-Control", "private, max-age=3600")
                        .build())
                .orElseGet(() -> Problem.of(Status.NOT_FOUND, "There is no such image, or it cannot be had now"));
    }
}
