package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.captionstream.caption.CaptionTrial;
import io.captionstream.caption.TrialMode;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.inference.AsyncCaptioner;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.inference.BatcherListener;
import io.captionstream.inference.BreakerConfig;
import io.captionstream.inference.FakeCaptioner;
import io.captionstream.inference.Inference;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import io.captionstream.release.RetryDelay;
import io.captionstream.tracing.Tracing;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServedModelTest {
    private static final DecodingOptions OPTIONS = new DecodingOptions(1, 20, 0);
    private static final BatcherConfig BATCHES = new BatcherConfig(
            1, Duration.ZERO, List.of(1), new BreakerConfig(OPTIONS, Duration.ofMillis(1), Duration.ofMillis(10)));

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ScheduledExecutorService loading = Executors.newSingleThreadScheduledExecutor();
    private final SwapReports reports = new SwapReports(
            () -> new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()),
            new ConfluentEventCodec(new MockSchemaRegistryClient(), Map.of()),
            "training-reports",
            "here",
            Clock.systemUTC());

    @AfterEach
    void close() {
        reports.close();
        loading.shutdownNow();
    }

    @Test
    void shouldSayThatItIsUnavailableUntilItCaptionsAgain() throws Exception {
        FakeCaptioner captioner = new FakeCaptioner("fake", "1");
        try (ServedModel model = model(captioner)) {
            assertThat(submit(model.captioner()).get(30, TimeUnit.SECONDS)).isNotNull();
            assertThat(available()).isOne();

            captioner.failingIf(call -> true);
            assertUnavailable(submit(model.captioner()));
            assertThat(model.unavailable())
                    .hasValueSatisfying(reason -> assertThat(reason).startsWith("unavailable since "));
            assertThat(available()).isZero();
            assertThat(model.isBroken()).isFalse();

            captioner.failingIf(call -> false);
            await().until(() -> model.unavailable().isEmpty());
            assertThat(available()).isOne();
            assertThat(submit(model.captioner()).get(30, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void shouldKeepTheFailuresOfATrialToIt() throws Exception {
        FakeCaptioner broken = new FakeCaptioner("fake", "2").failingIf(call -> true);
        try (ServedModel model = model(new FakeCaptioner("fake", "1"));
                TrialSlot slot = new TrialSlot(BATCHES, BatcherListener.NONE, Duration.ofMinutes(1), Runnable::run)) {
            slot.agree(new TrialSlot.Terms(broken.identity().digest(), TrialMode.SHADOW, 100));
            slot.put(broken);
            CaptionTrial trial = slot.trial().orElseThrow();

            assertUnavailable(submit(trial.captioner()));

            assertThat(trial.captioner().unavailable()).isPresent();
            assertThat(submit(model.captioner()).get(30, TimeUnit.SECONDS)).isNotNull();
            assertThat(model.unavailable()).isEmpty();
            assertThat(available()).isOne();
        }
    }

    private double available() {
        return meters.get("captionstream.model.available")
                .tag("model", "fake")
                .gauge()
                .value();
    }

    private ServedModel model(FakeCaptioner captioner) {
        ServingContext context = new ServingContext(
                BATCHES,
                meters,
                Tracing.OFF,
                reports,
                loading,
                new RetryDelay(Duration.ofMillis(1), Duration.ofMillis(1)),
                Duration.ofMinutes(1));
        return new ServedModel(
                captioner,
                release -> {
                    throw new IOException("no store");
                },
                context,
                () -> {});
    }

    private static CompletableFuture<Inference> submit(AsyncCaptioner captioner) {
        return captioner.submit(FakeCaptioner.pixels(1), FakeCaptioner.INPUT, OPTIONS);
    }

    private static void assertUnavailable(CompletableFuture<Inference> future) {
        assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
    }
}
