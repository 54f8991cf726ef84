package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedForward;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What happens between the tenures of a partition: the next owner has the committed offset, and reads the log again. */
class CaptionProcessorTest {
    private static final TopicPartition PARTITION = new TopicPartition("image-events", 0);
    private static final ConsumerGroupMetadata MEMBER =
            new ConsumerGroupMetadata("group", 1, "member", Optional.empty());

    private final FakeImages images = new FakeImages();
    private final FakeCodec codec = new FakeCodec();
    private final FakeModel model = new FakeModel("first").manual();
    private final InFlightBudget budget = new InFlightBudget(1 << 30);
    private final SteppingTicker ticker = new SteppingTicker();
    private MockProcessorContext<byte[], byte[]> context = context();
    private CaptionClients clients = new CaptionClients(ticker);
    private @Nullable CaptionTrial trial;
    private @Nullable OffsetAndMetadata committed;

    private static MockProcessorContext<byte[], byte[]> context() {
        MockProcessorContext<byte[], byte[]> fresh = new MockProcessorContext<>();
        fresh.setCurrentSystemTimeMs(0);
        return fresh;
    }

    private CaptionProcessor processor() {
        CaptionConfig config = CaptionConfig.defaults();
        CaptionPipeline pipeline = new CaptionPipeline(
                config,
                codec,
                images,
                ImmutableMap.of("first", model),
                name -> Optional.ofNullable(trial),
                Runnable::run,
                Clock.systemUTC(),
                CaptionListener.NONE);
        return new CaptionProcessor(config, pipeline, clients, budget, RecordLimits.NONE, CaptionListener.NONE);
    }

    /** A processor of another process, which knows what is committed. */
    private CaptionProcessor next() {
        context = context();
        clients = new CaptionClients(ticker);
        if (committed != null) {
            clients.ofThisThread().restored(PARTITION, committed);
        }
        CaptionProcessor next = processor();
        next.init(context);
        return next;
    }

    @Test
    void shouldBeginAgainWithWhatHasNoOutcome() {
        CaptionProcessor crashed = next();
        for (int image = 0; image < 4; image++) {
            send(crashed, image);
        }
        commit();
        punctuate();
        model.finish(1);
        punctuate();
        commit();
        assertThat(forwardedIds()).isEmpty();
        model.finish(0);
        punctuate();
        model.finish(3);
        commit();
        assertThat(forwardedIds()).containsExactly("id-0", "id-1");
        crashed.close();

        CaptionProcessor next = next();
        assertThat(committed.offset()).isEqualTo(2);
        for (int image = 2; image < 5; image++) {
            send(next, image);
        }
        commit();
        punctuate();
        assertThat(model.pending()).containsExactly(2, 3, 4);
        for (int image = 4; image >= 2; image--) {
            model.finish(image);
        }
        punctuate();
        commit();
        assertThat(forwardedIds()).containsExactly("id-2", "id-3", "id-4");
        assertThat(committed.offset()).isEqualTo(5);
        assertThat(committed.metadata()).isEmpty();
        next.close();
        assertThat(budget.used()).isZero();
    }

    @Test
    void shouldPassOverWhatHasItsOutcome() {
        CaptionProcessor crashed = next();
        for (int image = 0; image < 6; image++) {
            send(crashed, "key-" + image, image);
        }
        commit();
        punctuate();
        for (int image : List.of(1, 2, 4)) {
            model.finish(image);
        }
        punctuate();
        commit();
        assertThat(forwardedIds()).containsExactly("id-1", "id-2", "id-4");
        crashed.close();

        CaptionProcessor next = next();
        assertThat(committed.offset()).isZero();
        for (int image = 0; image < 6; image++) {
            send(next, "key-" + image, image);
        }
        commit();
        punctuate();

        assertThat(model.pending()).containsExactly(0, 3, 5);
    }

    @Test
    void shouldNotForgetWhatIsDoneWhenItIsClosedBeforeItHasReadItAgain() {
        CaptionProcessor first = next();
        for (int image = 0; image < 6; image++) {
            send(first, "key-" + image, image);
        }
        commit();
        punctuate();
        for (int image : List.of(1, 3, 5)) {
            model.finish(image);
        }
        punctuate();
        commit();
        first.close();

        CaptionProcessor second = next();
        send(second, "key-0", 0);
        commit(1);
        punctuate();
        model.finish(0);
        punctuate();
        commit(1);
        second.close();

        CaptionProcessor third = next();
        assertThat(committed.offset()).isEqualTo(2);
        for (int image = 2; image < 6; image++) {
            send(third, "key-" + image, image);
        }
        commit();
        punctuate();
        assertThat(model.pending()).containsExactly(2, 4);
    }

    @Test
    void shouldNotBeginBeforeTheGroupKnowsItsTenure() {
        CaptionProcessor processor = next();
        send(processor, 0);
        punctuate();
        assertThat(model.pending()).isEmpty();

        commit();
        punctuate();

        assertThat(model.pending()).containsExactly(0);
    }

    @Test
    void shouldCommitAnOffsetWithOutcomesOfWhatItHasNotReadItself() {
        CaptionProcessor crashed = next();
        send(crashed, 0);
        commit();
        crashed.close();
        CaptionProcessor next = next();
        send(next, 0);
        commit();
        punctuate();
        model.finish(0);
        punctuate();

        // Kafka Streams has no offset to commit here.
        assertThat(clients.ofThisThread().covering(Map.of(), MEMBER)).containsKey(PARTITION);
    }

    @Test
    void shouldStopReadingWhileItsImagesWait() {
        CaptionProcessor processor = next();
        int limit = InFlightLimits.defaults().count();
        codec.down(true);
        for (int image = 0; image < limit; image++) {
            assertThat(clients.ofThisThread().full()).isEmpty();
            send(processor, "key-" + image, image);
            commit();
            punctuate();
        }
        assertThat(clients.ofThisThread().full()).containsExactly(PARTITION);

        codec.down(false);
        ticker.advance(Duration.ofSeconds(10));
        punctuate();
        model.finish(7);
        punctuate();

        assertThat(clients.ofThisThread().full()).isEmpty();
    }

    @Test
    void shouldNotCommitOutcomesOfOneWhoIsInNoGroup() {
        finishOne();

        assertThatThrownBy(() -> clients.ofThisThread()
                        .covering(Map.of(), new ConsumerGroupMetadata("group", -1, "", Optional.empty())))
                .isInstanceOf(CommitFailedException.class);
    }

    @Test
    void shouldNotCommitOutcomesOfATaskThatWasClosed() {
        CaptionProcessor processor = finishOne();

        processor.close();

        assertThatThrownBy(() -> clients.ofThisThread().covering(Map.of(), MEMBER))
                .isInstanceOf(CommitFailedException.class);
    }

    @Test
    void shouldNotCommitOutcomesWithoutOffsets() {
        finishOne();

        assertThatThrownBy(() -> clients.ofThisThread().beforeCommit()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldNotContinueWhenItsOutcomesAreGone() {
        CaptionProcessor processor = finishOne();

        clients.ofThisThread().aborted();

        assertThatThrownBy(() -> send(processor, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("aborted");
    }

    private CaptionProcessor finishOne() {
        CaptionProcessor processor = next();
        send(processor, 0);
        commit();
        punctuate();
        model.finish(0);
        punctuate();
        return processor;
    }

    @Test
    void shouldSayThatAnEventVanishedBeforeItWasCaptioned() {
        CaptionProcessor crashed = next();
        for (int image = 0; image < 4; image++) {
            send(crashed, "key-" + image, image);
        }
        commit();
        punctuate();
        model.finish(3);
        punctuate();
        commit();
        crashed.close();

        CaptionProcessor next = next();
        send(next, "key-2", 2);

        assertThat(context.forwarded(CaptionTopology.DEAD_LETTERS)).hasSize(2).allSatisfy(letter -> assertThat(
                        letter.record()
                                .headers()
                                .lastHeader("captionstream.error.code")
                                .value())
                .asString()
                .isEqualTo("EVENT_EXPIRED"));
    }

    @Test
    void shouldCaptionWhatIsInATopicThatWasMadeAnew() {
        committed = new OffsetAndMetadata(1000);

        CaptionProcessor next = next();
        send(next, 0);
        send(next, 1);
        commit();
        punctuate();

        assertThat(model.pending()).containsExactly(0, 1);
        assertThat(committed.offset()).isZero();
        assertThatThrownBy(() -> send(next, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldSayThatEventsVanishedWhenNothingIsLeftToRead() {
        CaptionProcessor crashed = next();
        for (int image = 0; image < 4; image++) {
            send(crashed, "key-" + image, image);
        }
        commit();
        crashed.close();

        CaptionProcessor next = next();
        polled(List.of(), 0);
        punctuate();
        polled(List.of(1), 2);
        punctuate();
        assertThat(context.forwarded()).as("what may still be there").isEmpty();

        send(next, "key-1", 1);
        polled(List.of(), 4);
        punctuate();

        assertThat(context.forwarded(CaptionTopology.DEAD_LETTERS))
                .extracting(letter -> new String(
                        letter.record()
                                .headers()
                                .lastHeader("__streams.errors.offset")
                                .value(),
                        UTF_8))
                .containsExactly("0", "2", "3");
        commit();
        assertThat(committed.offset()).as("event 1 is worked on").isEqualTo(1);
        punctuate();
        model.finish(1);
        punctuate();
        commit();
        assertThat(committed.offset()).isEqualTo(4);
        assertThat(context.scheduledPunctuators()).allMatch(CapturedPunctuator::cancelled);
    }

    /** Tells of a poll that has returned the images at these offsets, and has read up to a position. */
    private void polled(List<Integer> images, long position) {
        List<ConsumerRecord<byte[], byte[]>> events = images.stream()
                .map(image -> new ConsumerRecord<>(PARTITION.topic(), 0, image, new byte[0], new byte[0]))
                .toList();
        ThreadLedgers ledgers = clients.ofThisThread();
        ledgers.delivered(new ConsumerRecords<>(events.isEmpty() ? Map.of() : Map.of(PARTITION, events), Map.of()));
        ledgers.passed(partition -> OptionalLong.of(position));
    }

    @Test
    void shouldWriteAShadowOnceThoughItsTaskBeginsAgain() {
        FakeModel shadow = new FakeModel("shadow").manual();
        trial = new CaptionTrial(TrialMode.SHADOW, 100, shadow, Duration.ofMinutes(1));
        CaptionProcessor crashed = next();
        send(crashed, 0);
        commit();
        punctuate();
        shadow.finish(0);
        crashed.close();

        CaptionProcessor next = next();
        send(next, 0);
        commit();
        punctuate();
        shadow.finish(0);
        model.finish(0);
        punctuate();

        assertThat(context.forwarded())
                .extracting(forward -> forward.childName().orElseThrow())
                .containsExactly(CaptionTopology.CAPTIONS, CaptionTopology.SHADOWS);
    }

    @Test
    void shouldBeginAgainWhenTheSameProcessorIsRevived() {
        CaptionProcessor processor = next();
        send(processor, 0);
        commit();
        processor.close();

        clients.ofThisThread().restored(PARTITION, committed);
        context = context();
        processor.init(context);
        send(processor, 0);
        commit();
        punctuate();

        assertThat(model.pending()).containsExactly(0);
        model.finish(0);
        punctuate();
        assertThat(forwardedIds()).containsExactly("id-0");
    }

    @Test
    void shouldCancelItsWorkAndForwardNothingOnceClosed() {
        CaptionProcessor processor = next();
        send(processor, 0);
        commit();
        punctuate();

        processor.close();

        assertThat(model.pending()).isEmpty();
        assertThat(context.forwarded()).isEmpty();
        assertThat(context.scheduledPunctuators()).allMatch(CapturedPunctuator::cancelled);
        assertThat(budget.used()).isZero();
    }

    @Test
    void shouldPunctuateOnlyWhileSomethingIsInFlight() {
        CaptionProcessor processor = next();
        assertThat(context.scheduledPunctuators()).isEmpty();

        send(processor, 0);
        assertThat(context.scheduledPunctuators()).hasSize(1).noneMatch(CapturedPunctuator::cancelled);
        commit();
        punctuate();

        model.finish(0);
        punctuate();
        assertThat(context.scheduledPunctuators()).allMatch(CapturedPunctuator::cancelled);
    }

    @Test
    void shouldQuarantineTheEventThatEndsTheServiceAndNoOther() {
        // Image 2 ends whoever works on it, at once; everything that is not finished by then begins again.
        int crashes = 0;
        CaptionProcessor processor = null;
        for (boolean ended = true; ended; ) {
            assertThat(crashes++).isLessThan(20);
            processor = next();
            int first = committed == null ? 0 : (int) committed.offset();
            for (int image = first; image < 5; image++) {
                send(processor, "key-" + image, image);
            }
            ended = false;
            for (int turn = 0; turn < 20 && !ended; turn++) {
                commit();
                punctuate();
                ended = model.pending().contains(2);
                if (!ended) {
                    model.pending().forEach(model::finish);
                    punctuate();
                }
            }
            if (ended) {
                processor.close();
            }
        }

        assertThat(crashes - 1).isEqualTo(1 + OffsetLedger.MAX_TENURES + OffsetLedger.MAX_STRIKES);
        assertThat(context.forwarded(CaptionTopology.DEAD_LETTERS))
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.record()
                                    .headers()
                                    .lastHeader("captionstream.error.code")
                                    .value())
                            .asString()
                            .isEqualTo("QUARANTINED");
                    assertThat(letter.record().key()).isEqualTo("key-2".getBytes(UTF_8));
                });
        commit();
        assertThat(committed.offset()).isEqualTo(5);
        send(processor, "key-5", 5);
        send(processor, "key-6", 6);
        assertThat(model.pending()).as("no longer one at a time").containsExactly(5, 6);
    }

    @Test
    void shouldSuspectNoEventWhenItsProcessOutlivesItsOwners() {
        CaptionProcessor processor = next();
        for (int death = 0; death < 10; death++) {
            for (int image = 0; image < 3; image++) {
                send(processor, "key-" + image, image);
            }
            commit();
            punctuate();
            assertThat(model.pending())
                    .as("all at a time after %s deaths", death)
                    .containsExactly(0, 1, 2);
            processor.close();
            processor = nextInThisProcess();
        }
    }

    @Test
    void shouldSuspectEventsWhenTheirOwnersThrow() {
        CaptionProcessor processor = next();
        for (int death = 0; death < 1 + OffsetLedger.MAX_TENURES; death++) {
            send(processor, "key-0", 0);
            send(processor, "key-1", 1);
            commit();
            punctuate();
            assertThat(model.pending()).containsExactly(0, 1);
            CaptionProcessor broken = processor;
            // A bug: the same event again.
            assertThatThrownBy(() -> send(broken, "key-1", 1)).isInstanceOf(IllegalStateException.class);
            processor.close();
            processor = nextInThisProcess();
        }
        send(processor, "key-0", 0);
        send(processor, "key-1", 1);
        for (int turn = 0; turn < 3; turn++) {
            commit();
            punctuate();
        }
        assertThat(model.pending()).as("one at a time").containsExactly(0);
    }

    /** A processor of another thread of the same process. */
    private CaptionProcessor nextInThisProcess() {
        context = context();
        clients.ofThisThread().restored(PARTITION, requireNonNull(committed));
        CaptionProcessor next = processor();
        next.init(context);
        return next;
    }

    private void send(CaptionProcessor processor, int image) {
        send(processor, "key", image);
    }

    /** Image n is at offset n. */
    private void send(CaptionProcessor processor, String key, int image) {
        context.setRecordMetadata("image-events", 0, image);
        byte[] value = FakeCodec.encode(TopologyHarness.event(image).build());
        processor.process(new Record<>(key.getBytes(UTF_8), value, 1000, new RecordHeaders()));
    }

    private void commit() {
        take(clients.ofThisThread().covering(Map.of(), MEMBER));
    }

    /** With the offset that Kafka Streams has read up to. */
    private void commit(long read) {
        take(clients.ofThisThread().covering(Map.of(PARTITION, new OffsetAndMetadata(read)), MEMBER));
    }

    private void take(Map<TopicPartition, OffsetAndMetadata> offsets) {
        committed = offsets.getOrDefault(PARTITION, committed);
        clients.ofThisThread().committed();
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
