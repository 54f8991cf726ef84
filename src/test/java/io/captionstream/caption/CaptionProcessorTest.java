package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedForward;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens between the tenures of a partition, with the store that the changelog would restore. */
class CaptionProcessorTest {
    private final FakeImages images = new FakeImages();
    private final FakeModel model = new FakeModel("first").manual();
    private final InFlightBudget budget = new InFlightBudget(1 << 30);
    private final KeyValueStore<Long, byte[]> store = Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore(CaptionTopology.STORE), Serdes.Long(), Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    private MockProcessorContext<byte[], byte[]> context = context();
    private @org.jspecify.annotations.Nullable CaptionTrial trial;
    private long offset;

    private MockProcessorContext<byte[], byte[]> context() {
        MockProcessorContext<byte[], byte[]> fresh = new MockProcessorContext<>();
        fresh.setCurrentSystemTimeMs(0);
        if (!store.isOpen()) {
            store.init(fresh.getStateStoreContext(), store);
        }
        fresh.addStateStore(store);
        return fresh;
    }

    private CaptionProcessor processor() {
        CaptionConfig config = CaptionConfig.defaults();
        CaptionPipeline pipeline = new CaptionPipeline(
                config,
                new FakeCodec(),
                images,
                ImmutableMap.of("first", model),
                name -> Optional.ofNullable(trial),
                Runnable::run,
                Clock.systemUTC(),
                CaptionListener.NONE);
        return new CaptionProcessor(config, pipeline, budget, new SteppingTicker(), CaptionListener.NONE);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldBeginAgainWithWhatTheStoreHolds() {
        CaptionProcessor crashed = processor();
        crashed.init(context);
        send(crashed, 1);
        send(crashed, 2);
        send(crashed, 3);
        model.finish(2);
        punctuate();
        assertThat(context.forwarded()).hasSize(0);
        crashed.close();

        context = context();
        CaptionProcessor next = processor();
        next.init(context);

        assertThat(model.pending()).containsExactly(1, 2, 3);
        send(next, 4);
        for (int image = 4; image >= 1; image--) {
            model.finish(image);
        }
        punctuate();
        assertThat(forwardedIds()).containsExactly("id-1", "id-2", "id-3", "id-4");
        assertThat(store.approximateNumEntries()).isZero();
        next.close();
        assertThat(budget.used()).isZero();
    }

    @Test
    void shouldWriteAShadowOnceThoughItsTaskBeginsAgain() {
        FakeModel shadow = new FakeModel("shadow").manual();
        trial = new CaptionTrial(TrialMode.SHADOW, 100, shadow, Duration.ofMinutes(1));
        CaptionProcessor crashed = processor();
        crashed.init(context);
        send(crashed, 1);
        shadow.finish(1);
        crashed.close();

        context = context();
        CaptionProcessor next = processor();
        next.init(context);
        shadow.finish(1);
        model.finish(1);
        punctuate();

        assertThat(context.forwarded())
                .extracting(forward -> forward.childName().orElseThrow())
                .containsExactly(CaptionTopology.CAPTIONS, CaptionTopology.SHADOWS);
        assertThat(store.approximateNumEntries()).isZero();
        next.close();
    }

    @Test
    void shouldBeginAgainWhenTheSameProcessorIsRevived() {
        CaptionProcessor processor = processor();
        processor.init(context);
        send(processor, 1);
        processor.close();

        context = context();
        processor.init(context);

        assertThat(model.pending()).containsExactly(1);
        model.finish(1);
        punctuate();
        assertThat(forwardedIds()).containsExactly("id-1");
    }

    @Test
    void shouldCancelItsWorkAndForwardNothingOnceClosed() {
        CaptionProcessor processor = processor();
        processor.init(context);
        send(processor, 1);

        processor.close();

        assertThat(model.pending()).isEmpty();
        assertThat(context.forwarded()).isEmpty();
        assertThat(store.approximateNumEntries()).isEqualTo(1);
        assertThat(context.scheduledPunctuators()).allMatch(CapturedPunctuator::cancelled);
        assertThat(budget.used()).isZero();
    }

    @Test
    void shouldNotReuseTheNumberOfARestoredImage() {
        CaptionProcessor crashed = processor();
        crashed.init(context);
        for (int image = 1; image <= 250; image++) {
            send(crashed, image);
        }
        for (int image = 1; image <= 200; image++) {
            model.finish(image);
        }
        punctuate();
        crashed.close();
        context = context();
        CaptionProcessor next = processor();
        next.init(context);

        send(next, 251);

        assertThat(store.approximateNumEntries()).isEqualTo(51);
        assertThat(model.pending()).hasSize(51).endsWith(250, 251);
    }

    @Test
    void shouldPunctuateOnlyWhileSomethingIsInFlight() {
        CaptionProcessor processor = processor();
        processor.init(context);
        assertThat(context.scheduledPunctuators()).isEmpty();

        send(processor, 1);
        assertThat(context.scheduledPunctuators()).hasSize(1).noneMatch(CapturedPunctuator::cancelled);

        model.finish(1);
        punctuate();
        assertThat(context.scheduledPunctuators()).allMatch(CapturedPunctuator::cancelled);
    }

    private void send(CaptionProcessor processor, int image) {
        context.setRecordMetadata("image-events", 0, offset++);
        byte[] value = FakeCodec.encode(TopologyHarness.event(image).build());
        processor.process(new Record<>("key".getBytes(UTF_8), value, 1000, new RecordHeaders()));
    }

    private void punctuate() {
        context.scheduledPunctuators().stream()
                .filter(punctuator -> !punctuator.cancelled())
                .forEach(punctuator -> punctuator.getPunctuator().punctuate(0));
    }

    private List<String> forwardedIds() {
        return context.forwarded(CaptionTopology.CAPTIONS).stream()
                .map(CapturedForward::record)
                .map(captionRecord -> FakeCodec.decode(captionRecord.value()).getId())
                .toList();
    }
}
