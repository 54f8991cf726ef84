package io.captionstream.tracing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.caption.ErrorCode;
import io.captionstream.caption.ImageTrace;
import io.captionstream.caption.Stage;
import io.captionstream.inference.BatchTrace;
import io.captionstream.inference.Inference;
import io.captionstream.model.Alternative;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelIdentity;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenTelemetryTracingTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final ModelIdentity MODEL = new ModelIdentity("resnet50-lstm", "7", "digest");

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetryTracing tracing = new OpenTelemetryTracing(OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build());

    @AfterEach
    void close() {
        tracing.close();
    }

    @Test
    void shouldGoOnWithTheTraceOfTheRecord() {
        ImageTrace image = tracing.image("image-events", 3, 42, headers("00-" + TRACE + "-" + PARENT + "-01"));
        Headers sent = headers("00-" + TRACE + "-" + PARENT + "-01");
        image.inject(sent);
        image.captioned();

        SpanData span = span("process image-events");
        assertThat(span.getTraceId()).isEqualTo(TRACE).isEqualTo(image.id());
        assertThat(span.getParentSpanId()).isEqualTo(PARENT);
        assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(span.getAttributes().get(SpanKeys.OFFSET)).isEqualTo(42);
        assertThat(span.getAttributes().get(SpanKeys.PARTITION)).isEqualTo("3");
        assertThat(span.getAttributes().get(SpanKeys.OUTCOME)).isEqualTo("captioned");
        assertThat(sent.headers("traceparent")).singleElement().satisfies(header -> assertThat(
                        new String(header.value(), UTF_8))
                .isEqualTo("00-" + TRACE + "-" + span.getSpanId() + "-01"));
    }

    @Test
    void shouldBeginATraceWhereHeadersNameNone() {
        Headers headers = new RecordHeaders()
                .add("traceparent", (byte[]) null)
                .add("TRACEPARENT", new byte[] {(byte) 0xff, (byte) 0xc0, 0})
                .add("tracestate", new byte[1_000_000]);
        for (int i = 0; i < 40_000; i++) {
            headers.add("traceparent", new byte[1]);
        }
        headers.add("traceparent", new byte[1_000_000]);
        ImageTrace image = tracing.image("image-events", 3, 42, headers);
        image.captioned();

        assertThat(span("process image-events").getParentSpanId()).isEqualTo("0000000000000000");
    }

    @Test
    void shouldReadTheLastHeaderThatHasAValue() {
        Headers headers = headers("00-" + TRACE + "-" + PARENT + "-01").add("traceparent", (byte[]) null);
        tracing.image("image-events", 3, 42, headers).captioned();

        assertThat(span("process image-events").getParentSpanId()).isEqualTo(PARENT);
    }

    @Test
    void shouldBearAPropagatorThatFails() {
        TextMapPropagator broken = new TextMapPropagator() {
            @Override
            public List<String> fields() {
                return List.of();
            }

            @Override
            public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {}

            @Override
            public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
                throw new IllegalArgumentException("not a trace");
            }
        };
        OpenTelemetryTracing unlucky = new OpenTelemetryTracing(OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                        .build())
                .setPropagators(ContextPropagators.create(broken))
                .build());
        unlucky.image("image-events", 3, 42, new RecordHeaders()).captioned();

        assertThat(span("process image-events").getParentSpanId()).isEqualTo("0000000000000000");
    }

    @Test
    void shouldShowTheStepsAsChildrenThatLinkToTheirBatch() {
        ImageTrace image = tracing.image("image-events", 0, 0, new RecordHeaders());
        image.fetching();
        image.fetched();
        image.decoding();
        image.decoded();
        CompletableFuture<Inference> inference = new CompletableFuture<>();
        image.submitted("resnet50-lstm", false, inference);
        BatchTrace batch = tracing.batch(MODEL, "live", 5, 8);
        batch.ended(null);
        inference.complete(inference(batch));
        image.captioned();

        SpanData parent = span("process image-events");
        for (String step : List.of("fetch", "decode", "infer resnet50-lstm")) {
            assertThat(span(step).getParentSpanId()).as(step).isEqualTo(parent.getSpanId());
            assertThat(span(step).getTraceId()).as(step).isEqualTo(parent.getTraceId());
        }
        SpanData run = span("batch resnet50-lstm");
        assertThat(run.getTraceId()).isNotEqualTo(parent.getTraceId());
        assertThat(run.getAttributes().get(SpanKeys.BATCH_IMAGES)).isEqualTo(5);
        assertThat(run.getAttributes().get(SpanKeys.BATCH_SIZE)).isEqualTo(8);
        assertThat(run.getAttributes().get(SpanKeys.VERSION)).isEqualTo("7");
        assertThat(span("infer resnet50-lstm").getLinks())
                .singleElement()
                .satisfies(link -> assertThat(link.getSpanContext().getSpanId()).isEqualTo(run.getSpanId()));
    }

    @Test
    void shouldEndTheStepThatFailed() {
        ImageTrace image = tracing.image("image-events", 0, 0, new RecordHeaders());
        image.fetching();
        image.deadLettered(ErrorCode.TIMEOUT, Stage.FETCH);
        // The fetch that was given up ends some time.
        image.fetched();
        image.decoding();
        image.decoded();

        assertThat(exporter.getFinishedSpanItems()).hasSize(2).allSatisfy(span -> {
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getAttributes().get(SpanKeys.ERROR)).isEqualTo("TIMEOUT");
        });
        assertThat(span("process image-events").getAttributes().get(SpanKeys.STAGE))
                .isEqualTo("FETCH");
    }

    @Test
    void shouldSayWhatBecameOfBatchesAndInferencesThatFail() {
        ImageTrace image = tracing.image("image-events", 0, 0, new RecordHeaders());
        CompletableFuture<Inference> inference = new CompletableFuture<>();
        image.submitted("resnet50-lstm", true, inference);
        InferenceException failure = new InferenceException(InferenceException.Code.MODEL_FAILURE, "broken");
        tracing.batch(MODEL, "trial", 1, 1).ended(failure);
        inference.completeExceptionally(failure);
        image.postponed("the registry is away");
        image.abandoned();

        assertThat(span("batch resnet50-lstm").getStatus().getDescription()).isEqualTo("broken");
        assertThat(span("infer resnet50-lstm").getAttributes().get(SpanKeys.ERROR))
                .isEqualTo("MODEL_FAILURE");
        assertThat(span("infer resnet50-lstm").getAttributes().get(SpanKeys.SLOT))
                .isEqualTo("trial");
        SpanData span = span("process image-events");
        assertThat(span.getEvents()).extracting("name").containsExactly("postponed");
        assertThat(span.getAttributes().get(SpanKeys.OUTCOME)).isEqualTo("abandoned");
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void shouldMakeNothingWhenItIsOff() {
        assertThat(Tracing.OFF.image("image-events", 0, 0, new RecordHeaders())).isSameAs(ImageTrace.NONE);
        assertThat(Tracing.OFF.batch(MODEL, "live", 1, 1)).isSameAs(BatchTrace.NONE);
        Headers sent = headers("00-" + TRACE + "-" + PARENT + "-01");
        ImageTrace.NONE.inject(sent);
        assertThat(sent).isEqualTo(headers("00-" + TRACE + "-" + PARENT + "-01"));
    }

    private static Headers headers(String traceparent) {
        return new RecordHeaders().add("traceparent", traceparent.getBytes(UTF_8));
    }

    private static Inference inference(BatchTrace batch) {
        return new Inference(
                MODEL,
                List.of(new Alternative("a cat", -1, -1, true, List.of())),
                null,
                "fp32",
                5,
                Duration.ZERO,
                Duration.ZERO,
                batch);
    }

    private SpanData span(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no span " + name));
    }
}
