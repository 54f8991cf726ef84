package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.tracing.OpenTelemetryTracing;
import java.util.HashMap;
import java.util.Map;

/** Turns what the operator set into what OpenTelemetry's SDK takes. What is set explicitly for it wins. */
final class TracingSettings {
    private TracingSettings() {}

    /** @throws IllegalArgumentException if the share is none */
    static OpenTelemetryTracing start(ServiceConfig.Tracing config) {
        return OpenTelemetryTracing.start(properties(config));
    }

    static Map<String, String> properties(ServiceConfig.Tracing config) {
        checkArgument(
                config.sample() >= 0 && config.sample() <= 1,
                "captionstream.tracing.sample must be from 0 to 1, not %s",
                config.sample());
        Map<String, String> properties = new HashMap<>();
        properties.put("otel.service.name", "captionstream");
        properties.put("otel.resource.attributes", "service.instance.id=" + CaptionRole.hostName());
        properties.put("otel.traces.exporter", "otlp");
        properties.put("otel.metrics.exporter", "none");
        properties.put("otel.logs.exporter", "none");
        properties.put("otel.exporter.otlp.protocol", "http/protobuf");
        properties.put("otel.exporter.otlp.endpoint", config.endpoint());
        properties.put("otel.traces.sampler", "parentbased_traceidratio");
        properties.put("otel.traces.sampler.arg", Double.toString(config.sample()));
        properties.putAll(config.properties());
        return properties;
    }
}
