package io.captionstream.service;

import io.captionstream.image.ImageLoader;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Meters of where images are fetched from. */
final class SourceMetrics {
    private SourceMetrics() {}

    static void bind(MeterRegistry meters, ImageLoader images) {
        Gauge.builder("captionstream.sources.failing", images, loader -> loader.sourceHealth()
                        .openBreakers())
                .description("Sources of images that are not asked for a while, since they did not answer")
                .register(meters);
        Gauge.builder(
                        "captionstream.sources.outage",
                        images,
                        loader -> loader.sourceHealth().outage().isPresent() ? 1 : 0)
                .description("1 while no source of images answers, 0 otherwise")
                .register(meters);
    }
}
