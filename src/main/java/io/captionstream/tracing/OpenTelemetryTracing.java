package io.captionstream.tracing;

import static java.util.Objects.requireNonNull;

import io.captionstream.caption.ImageTrace;
import io.captionstream.inference.BatchTrace;
import io.captionstream.model.ModelIdentity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;

/**
 * Traces with OpenTelemetry. An image is a span in the trace that its record's headers name, or in one of its own; its
 * steps are children. A batch is a trace of its own, as its images may be of many: the children that wait for it link to
 * it.
 */
public final class OpenTelemetryTracing implements Tracing, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OpenTelemetryTracing.class);
    private static final String NAME = "io.captionstream";

    private final OpenTelemetrySdk telemetry;
    private final Tracer tracer;
    private final TextMapPropagator propagator;

    /** @param telemetry closed with this */
    OpenTelemetryTracing(OpenTelemetrySdk telemetry) {
        this.telemetry = requireNonNull(telemetry, "telemetry is null");
        this.tracer = telemetry.getTracer(NAME);
        this.propagator = telemetry.getPropagators().getTextMapPropagator();
    }

    /**
     * Starts the SDK.
     *
     * @param properties of OpenTelemetry's SDK; its environment variables win over them
     * @throws RuntimeException if one of them is not usable
     */
    public static OpenTelemetryTracing start(Map<String, String> properties) {
        return new OpenTelemetryTracing(AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> properties)
                .disableShutdownHook()
                .build()
                .getOpenTelemetrySdk());
    }

    @Override
    public ImageTrace image(String topic, int partition, long offset, Iterable<Header> headers) {
        Context parent = parent(headers);
        Span span = tracer.spanBuilder("process " + topic)
                .setParent(parent)
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute(SpanKeys.SYSTEM, "kafka")
                .setAttribute(SpanKeys.OPERATION_TYPE, "process")
                .setAttribute(SpanKeys.OPERATION_NAME, "process")
                .setAttribute(SpanKeys.DESTINATION, topic)
                .setAttribute(SpanKeys.PARTITION, Integer.toString(partition))
                .setAttribute(SpanKeys.OFFSET, offset)
                .startSpan();
        return new TracedImage(tracer, propagator, parent.with(span), span);
    }

    // Which propagators there are is configured; what they make of what others write must not stop a stream.
    private Context parent(Iterable<Header> headers) {
        try {
            return propagator.extract(Context.root(), headers, RecordHeaderGetter.INSTANCE);
        } catch (RuntimeException e) {
            LOG.debugf(e, "Headers that name no trace");
            return Context.root();
        }
    }

    @Override
    public BatchTrace batch(ModelIdentity model, String slot, int images, int paddedSize) {
        return new TracedBatch(tracer.spanBuilder("batch " + model.name())
                .setNoParent()
                .setAttribute(SpanKeys.MODEL, model.name())
                .setAttribute(SpanKeys.VERSION, model.version())
                .setAttribute(SpanKeys.SLOT, slot)
                .setAttribute(SpanKeys.BATCH_IMAGES, (long) images)
                .setAttribute(SpanKeys.BATCH_SIZE, (long) paddedSize)
                .startSpan());
    }

    /** Sends what has ended, as far as that is possible within seconds. */
    @Override
    public void close() {
        telemetry.close();
    }
}
