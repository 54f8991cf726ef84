package io.captionstream.service.api;

import io.captionstream.model.InferenceException;
import io.captionstream.operations.OperationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What is answered where an operation fails. */
class Problems {
    @ServerExceptionMapper
    Response refused(OperationException e) {
        Status status =
                switch (e.kind()) {
                    case NOT_FOUND -> Status.NOT_FOUND;
                    case CONFLICT -> Status.CONFLICT;
                };
        return Problem.of(status, String.valueOf(e.getMessage()));
    }

    @ServerExceptionMapper
    Response wrong(IllegalArgumentException e) {
        return Problem.of(Status.BAD_REQUEST, String.valueOf(e.getMessage()));
    }

    /** Broker, registry, store or configuration. */
    @ServerExceptionMapper({
        IOException.class,
        UncheckedIOException.class,
        IllegalStateException.class,
        InferenceException.class
    })
    Response unavailable(Exception e) {
        return Problem.of(Status.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
    }
}
