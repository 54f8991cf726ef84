package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.Bundles;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.TinyNetworks;
import io.captionstream.tracing.Tracing;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServedModelsTest {
    private static final BatcherConfig BATCHES = new BatcherConfig(1, Duration.ZERO, List.of(1));

    @TempDir
    Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final SwapReports reports = new SwapReports(
            () -> producer,
            new ConfluentEventCodec(new MockSchemaRegistryClient(), Map.of()),
            "training-reports",
            "here",
            Clock.systemUTC());

    @AfterEach
    void close() {
        reports.close();
    }

    @Test
    void shouldSayInWhichPrecisionAModelRunsAndWhy() throws Exception {
        ModelBundle bundle = BundleWriter.write(folder.resolve("bundle"), Bundles.contents(TinyNetworks.resnet()));

        try (ServedModels models = ServedModels.load(
                config(bundle, Map.of("captionstream.inference.precision", "bf16")),
                BATCHES,
                meters,
                Tracing.OFF,
                reports,
                Map.of())) {
            assertThat(models.precisions().get("resnet50-lstm").precision()).isEqualTo("fp32");
            Gauge info = meters.get("captionstream.model.info").gauge();
            assertThat(info.value()).isEqualTo(1);
            assertThat(info.getId().getTag("digest")).isEqualTo(bundle.digest());
            assertThat(info.getId().getTag("precision")).isEqualTo("fp32");
            assertThat(info.getId().getTag("reason")).startsWith("the bundle does not say");
        }
    }

    @Test
    void shouldTakeBfloat16WhereItIsForced() throws Exception {
        ModelBundle bundle = BundleWriter.write(folder.resolve("bundle"), Bundles.contents(TinyNetworks.resnet()));
        Map<String, String> forced =
                Map.of("captionstream.inference.precision", "bf16", "captionstream.inference.precision-agreement", "0");

        try (ServedModels models =
                ServedModels.load(config(bundle, forced), BATCHES, meters, Tracing.OFF, reports, Map.of())) {
            assertThat(models.precisions().get("resnet50-lstm").precision()).isEqualTo("bf16");
        }
    }

    @Test
    void shouldRefuseDefaultsThatABundleCannotServe() throws Exception {
        ModelBundle bundle = Bundles.withSearchOnly(
                BundleWriter.write(folder.resolve("bundle"), Bundles.contents(TinyNetworks.resnet())));
        ServiceConfig config = config(bundle, Map.of("captionstream.decoding.min-length", "3"));

        assertThatThrownBy(() -> ServedModels.load(config, BATCHES, meters, Tracing.OFF, reports, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("refined_search")
                .hasMessageContaining("reexport");
    }

    private static ServiceConfig config(ModelBundle bundle, Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.put("captionstream.models", bundle.directory().toString());
        all.put("captionstream.inference.device", "cpu");
        return SettingsTest.config(all);
    }
}
