package io.captionstream.service.api;

import jakarta.ws.rs.core.Response;

/**
 * Why a request was not done, as RFC 9457 has it.
 *
 * @param title of the status
 * @param status of the response
 * @param detail what is wrong, and what to do
 */
public record Problem(String title, int status, String detail) {
    static final String MEDIA_TYPE = "application/problem+json";

    static Response of(Response.Status status, String detail) {
        return Response.status(status)
                .type(MEDIA_TYPE)
                .entity(new Problem(status.getReasonPhrase(), status.getStatusCode(), detail))
                .build();
    }
}
