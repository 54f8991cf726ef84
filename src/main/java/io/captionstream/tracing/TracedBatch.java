package io.captionstream.tracing;

import io.captionstream.inference.BatchTrace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import org.jspecify.annotations.Nullable;

/** The span of a run of a model. */
record TracedBatch(Span span) implements BatchTrace {
    SpanContext context() {
        return span.getSpanContext();
    }

    @Override
    public void ended(@Nullable Throwable failure) {
        if (failure != null) {
            span.setAttribute(SpanKeys.ERROR, failure.getClass().getName());
            span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
        }
        span.end();
    }
}
