package io.captionstream.tracing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.captionstream.caption.ErrorCode;
import io.captionstream.caption.ImageTrace;
import io.captionstream.caption.Stage;
import io.captionstream.inference.Inference;
import io.captionstream.model.InferenceException;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** The span of an image, and those of its steps. Once it has ended, what comes late is not heard. */
final class TracedImage implements ImageTrace {
    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final Context context;
    private final Span span;

    @GuardedBy("this")
    private @Nullable Span step;

    @GuardedBy("this")
    private boolean ended;

    /** @param context what the steps are children in */
    TracedImage(Tracer tracer, TextMapPropagator propagator, Context context, Span span) {
        this.tracer = tracer;
        this.propagator = propagator;
        this.context = context;
        this.span = span;
    }

    @Override
    public void fetching() {
        begin("fetch");
    }

    @Override
    public void fetched() {
        end(null);
    }

    @Override
    public void decoding() {
        begin("decode");
    }

    @Override
    public void decoded() {
        end(null);
    }

    private synchronized void begin(String name) {
        end(null);
        if (!ended) {
            step = child(name);
        }
    }

    private Span child(String name) {
        return tracer.spanBuilder(name).setParent(context).startSpan();
    }

    /** Ends the step that goes on, if one does. */
    private synchronized void end(@Nullable String error) {
        if (step != null) {
            if (error != null) {
                fail(step, error);
            }
            step.end();
            step = null;
        }
    }

    private static void fail(Span span, String error) {
        span.setAttribute(SpanKeys.ERROR, error);
        span.setStatus(StatusCode.ERROR, error);
    }

    @Override
    public void submitted(String model, boolean trial, CompletableFuture<Inference> inference) {
        Span infer = child("infer " + model);
        infer.setAttribute(SpanKeys.MODEL, model);
        infer.setAttribute(SpanKeys.SLOT, trial ? "trial" : "live");
        CompletableFuture<Inference> unused = inference.whenComplete((result, failure) -> {
            if (result != null && result.run() instanceof TracedBatch batch) {
                infer.addLink(batch.context());
            }
            if (failure != null) {
                fail(
                        infer,
                        failure instanceof InferenceException e
                                ? e.code().name()
                                : failure.getClass().getName());
            }
            infer.end();
        });
    }

    @Override
    public void postponed(String reason) {
        end("postponed");
        span.addEvent("postponed", Attributes.of(SpanKeys.REASON, reason));
    }

    @Override
    public void inject(Headers headers) {
        propagator.inject(context, headers, (carrier, name, value) -> {
            if (carrier != null) {
                carrier.remove(name);
                carrier.add(name, value.getBytes(UTF_8));
            }
        });
    }

    @Override
    public void captioned() {
        close("captioned", null);
    }

    @Override
    public void deadLettered(ErrorCode code, Stage stage) {
        span.setAttribute(SpanKeys.STAGE, stage.name());
        close("dead-letter", code.name());
    }

    @Override
    public void abandoned() {
        close("abandoned", null);
    }

    private synchronized void close(String outcome, @Nullable String error) {
        if (ended) {
            return;
        }
        ended = true;
        end(error);
        span.setAttribute(SpanKeys.OUTCOME, outcome);
        if (error != null) {
            fail(span, error);
        }
        span.end();
    }

    @Override
    public String id() {
        return span.getSpanContext().getTraceId();
    }
}
