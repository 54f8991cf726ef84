package io.captionstream.caption;

import static io.captionstream.caption.TopologyHarness.event;
import static io.captionstream.caption.TopologyHarness.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.event.CaptionEvent;
import io.captionstream.event.DecodingOverrides;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.ModelCaption;
import io.captionstream.image.ImageErrorCode;
import io.captionstream.inference.StaleInputException;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InputSpec;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CaptionTopologyTest {
    private static final Set<ImageErrorCode> TRANSIENT =
            Set.of(ImageErrorCode.CLOSED, ImageErrorCode.SOURCE_UNAVAILABLE);

    private TopologyHarness harness = new TopologyHarness(CaptionConfig.defaults());

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void shouldCaptionAnImageWithAllModels() {
        harness.send(
                "key",
                FakeCodec.encode(
                        event(7).setAttributes(Map.of("camera", "north")).build()),
                Map.of("traceparent", "00-1-2-01", "captionstream.error.code", "NOT_FOUND"));

        List<TestRecord<byte[], byte[]>> records = harness.captionRecords();

        assertThat(records).hasSize(1);
        TestRecord<byte[], byte[]> captionRecord = records.get(0);
        assertThat(captionRecord.key()).isEqualTo("key".getBytes(UTF_8));
        assertThat(header(captionRecord, "traceparent")).isEqualTo("00-1-2-01");
        assertThat(header(captionRecord, "captionstream.event.time"))
                .isEqualTo(Long.toString(TopologyHarness.NOW.toEpochMilli()));
        assertThat(captionRecord.headers().toArray()).hasSize(2);
        CaptionEvent caption = FakeCodec.decode(captionRecord.value());
        assertThat(caption.getId()).isEqualTo("id-7");
        assertThat(caption.getAttributes()).containsExactly(Map.entry("camera", "north"));
        assertThat(caption.getCaptions())
                .extracting(ModelCaption::getCaption)
                .containsExactly(FakeModel.caption("first", 7), FakeModel.caption("second", 7));
        ModelCaption first = caption.getCaptions().get(0);
        assertThat(first.getModel()).isEqualTo("first");
        assertThat(first.getVersion()).isEqualTo("1");
        assertThat(first.getWeightsDigest()).isEqualTo("digest");
        assertThat(first.getBeamWidth()).isEqualTo(3);
        assertThat(first.getMaxLength()).isEqualTo(20);
        assertThat(first.getBatchSize()).isEqualTo(7);
        assertThat(first.getQueueMicros()).isEqualTo(3000);
        assertThat(first.getInferenceMicros()).isEqualTo(4000);
        assertThat(first.getAlternatives().get(0).getTokens().get(0).getToken()).isEqualTo("image");
        assertThat(caption.getImage().getWidth()).isEqualTo(640);
        assertThat(caption.getImage().getDigest()).isEqualTo("image-digest");
        assertThat(caption.getOrigin().getTopic()).isEqualTo("image-events");
        assertThat(caption.getOrigin().getOffset()).isZero();
        assertThat(caption.getOrigin().getTimestamp()).isEqualTo(TopologyHarness.NOW);
        assertThat(caption.getFetchMicros()).isEqualTo(1000);
        assertThat(caption.getDecodeMicros()).isEqualTo(2000);
        assertThat(caption.getCaptionedAt()).isEqualTo(TopologyHarness.NOW);
        assertThat(harness.images.loads()).isEqualTo(1);
        assertThat(harness.inFlight()).isEmpty();
        assertThat(harness.deadLetterRecords()).isEmpty();
    }

    @Test
    void shouldTellWhatTheTimeOfAnImageIsSpentOn() {
        harness.first.manual();
        harness.send("key", 1);
        harness.send("key", event(2).setModels(List.of("second")).build());
        harness.punctuate();
        assertThat(harness.ages).isEmpty();

        // The second is done and waits for the first, which has the same key.
        harness.ticker.advance(Duration.ofMillis(30));
        harness.first.finish(1);
        harness.punctuate();

        assertThat(harness.steps)
                .containsExactlyInAnyOrder(
                        "FETCH 1",
                        "DECODE 2",
                        "QUEUE 3",
                        "INFER 4",
                        "EMIT 0", //
                        "FETCH 1",
                        "DECODE 2",
                        "QUEUE 3",
                        "INFER 4",
                        "EMIT 30");
        // The clock of the topology began when they were made; the third time is that of the first commit.
        assertThat(harness.ages).containsExactly(Duration.ofMillis(60), Duration.ofMillis(60));
    }

    @Test
    void shouldDescribeCaptionEventsAsCloudEvents() {
        reopen(CaptionConfig.defaults().withCloudEvents(URI.create("/captions")));
        harness.trials.put("first", new CaptionTrial(TrialMode.SHADOW, 100, harness.second, Duration.ofSeconds(30)));
        harness.send(
                "key",
                FakeCodec.encode(event(7).setModels(List.of("first")).build()),
                Map.of("ce_specversion", "1.0", "ce_id", "upload", "ce_source", "/uploads", "ce_type", "image"));

        TestRecord<byte[], byte[]> caption = harness.captionRecords().get(0);
        assertThat(header(caption, "ce_id")).isEqualTo("image-events-0@0/captions");
        assertThat(header(caption, "ce_source")).isEqualTo("/captions");
        assertThat(header(caption, "ce_type")).isEqualTo("io.captionstream.event.CaptionEvent");
        assertThat(header(caption, "ce_subject")).isEqualTo("key");
        assertThat(header(caption, "ce_causationid")).isEqualTo("upload");
        assertThat(header(harness.shadowRecords().get(0), "ce_id")).isEqualTo("image-events-0@0/shadows");
    }

    @Test
    void shouldLeaveACloudEventAsItCameInItsDeadLetter() {
        reopen(CaptionConfig.defaults().withCloudEvents(URI.create("/captions")));
        harness.send(
                "key",
                FakeCodec.encode(event(1).setUri("broken:NOT_FOUND").build()),
                Map.of("ce_specversion", "1.0", "ce_id", "upload"));

        assertThat(header(onlyLetter(), "ce_id")).isEqualTo("upload");
    }

    @Test
    void shouldNotPassTheAttributesOfTheImageEventOffAsItsOwn() {
        harness.send(
                "key",
                FakeCodec.encode(event(7).build()),
                Map.of("ce_specversion", "1.0", "ce_id", "upload", "content-type", "application/avro"));

        TestRecord<byte[], byte[]> caption = harness.captionRecords().get(0);
        assertThat(header(caption, "ce_id")).isEmpty();
        assertThat(header(caption, "content-type")).isEmpty();
    }

    @Test
    void shouldSayHowToSendACloudEvent() {
        harness.send(
                "key",
                "{\"specversion\": \"1.0\"}".getBytes(UTF_8),
                Map.of("content-type", "application/cloudevents+json"));

        TestRecord<byte[], byte[]> letter = onlyLetter();
        assertThat(header(letter, "captionstream.error.code")).isEqualTo("UNDECODABLE_EVENT");
        assertThat(header(letter, "captionstream.error.reason")).contains("binary mode");
    }

    @Test
    void shouldBeFollowedByATrace() {
        harness.first.manual();
        harness.send(
                "key",
                FakeCodec.encode(event(1).setModels(List.of("first")).build()),
                Map.of("trace", "of the producer"));
        harness.send("key", event(2).setUri("broken:NOT_FOUND").build());
        harness.first.finish(1);
        harness.punctuate();
        harness.codec.down(true);
        harness.send("key", 3);

        assertThat(header(harness.captionRecords().get(0), "trace")).isEqualTo("0");
        assertThat(harness.traced)
                .containsExactly(
                        "0 received",
                        "0 submitted first",
                        "1 received", //
                        "0 captioned",
                        "1 dead-lettered NOT_FOUND FETCH", //
                        "2 received",
                        "2 postponed");
        harness.codec.down(false);
        harness.first.manual();
        harness.send("other", 4);
        List<String> traced = harness.traced;
        reopen(CaptionConfig.defaults());
        assertThat(traced).contains("2 abandoned", "3 abandoned");
    }

    @Test
    void shouldAskEachModelOnceInTheOrderAsked() {
        harness.send(
                "key", event(1).setModels(List.of("second", "first", "second")).build());

        assertThat(harness.captions().get(0).getCaptions())
                .extracting(ModelCaption::getModel)
                .containsExactly("second", "first");
    }

    @Test
    void shouldUseTheDecodingOptionsOfTheEvent() {
        harness.send(
                "key",
                event(1).setDecoding(DecodingOverrides.newBuilder()
                                .setBeamWidth(5)
                                .setLengthPenalty(0.0)
                                .build())
                        .build());

        ModelCaption caption = harness.captions().get(0).getCaptions().get(0);
        assertThat(caption.getBeamWidth()).isEqualTo(5);
        assertThat(caption.getMaxLength()).isEqualTo(20);
        assertThat(caption.getLengthPenalty()).isZero();
    }

    @Test
    void shouldSayHowAndHowSurelyItCaptioned() {
        harness.send("key", 1);
        harness.send(
                "key",
                event(2).setDecoding(DecodingOverrides.newBuilder()
                                .setBeamWidth(4)
                                .setMinLength(5)
                                .setNoRepeatNgram(2)
                                .setBeamGroups(2)
                                .setPenaltyInSearch(true)
                                .setTopK(3)
                                .build())
                        .build());

        List<CaptionEvent> captions = harness.captions();
        ModelCaption plain = captions.get(0).getCaptions().get(0);
        assertThat(plain.getConfidence()).isEqualTo(0.875);
        assertThat(plain.getPrecision()).isEqualTo("fp32");
        assertThat(plain.getBeamGroups()).isEqualTo(1);
        assertThat(plain.getDiversity()).isZero();
        assertThat(plain.getSeed()).isNull();
        ModelCaption refined = captions.get(1).getCaptions().get(0);
        assertThat(refined.getMinLength()).isEqualTo(5);
        assertThat(refined.getNoRepeatNgram()).isEqualTo(2);
        assertThat(refined.getBeamGroups()).isEqualTo(2);
        assertThat(refined.getDiversity()).isEqualTo(0.5);
        assertThat(refined.getPenaltyInSearch()).isTrue();
        assertThat(refined.getTemperature()).isZero();
        assertThat(refined.getTopK()).isZero();
    }

    @Test
    void shouldDrawCaptionsWithTheSeedOfTheEventOrOfItsId() {
        DecodingOverrides.Builder drawn =
                DecodingOverrides.newBuilder().setTemperature(0.8).setTopK(10);
        harness.send("key", event(1).setDecoding(drawn.setSeed(-7L).build()).build());
        assertThat(harness.first.seed()).isEqualTo(-7);

        harness.send("key", event(2).setDecoding(drawn.setSeed(null).build()).build());
        long second = harness.first.seed();
        harness.send("key", event(3).setDecoding(drawn.build()).build());
        assertThat(harness.first.seed()).isNotEqualTo(second);
        harness.send("key", event(2).setDecoding(drawn.build()).build());
        assertThat(harness.first.seed()).isEqualTo(second);

        List<CaptionEvent> captions = harness.captions();
        ModelCaption caption = captions.get(0).getCaptions().get(0);
        assertThat(caption.getSeed()).isEqualTo(-7);
        assertThat(caption.getTemperature()).isEqualTo(0.8);
        assertThat(caption.getTopK()).isEqualTo(10);
        assertThat(captions.get(1).getCaptions().get(0).getSeed()).isEqualTo(second);
    }

    @Test
    void shouldKeepAnEventInFlightUntilItsCaptionLeaves() {
        harness.first.manual();
        harness.send("key", 1);

        assertThat(harness.inFlight()).containsExactly(0L);
        harness.first.finish(1);
        harness.punctuate();

        assertThat(harness.captionedIds()).containsExactly("id-1");
        assertThat(harness.inFlight()).isEmpty();
    }

    @Test
    void shouldKeepTheOrderOfEachKeyWhateverFinishesFirst() {
        for (int seed = 0; seed < 20; seed++) {
            try (TopologyHarness shuffled = new TopologyHarness(CaptionConfig.defaults())) {
                shuffled.first.manual();
                Map<String, List<String>> sent = new LinkedHashMap<>();
                Random random = new Random(seed);
                List<Integer> images = IntStream.range(0, 60).boxed().toList();
                for (int image : images) {
                    String key = "key-" + random.nextInt(7);
                    sent.computeIfAbsent(key, unused -> new ArrayList<>()).add("id-" + image);
                    byte[] value = FakeCodec.encode(
                            event(image).setModels(List.of("first")).build());
                    shuffled.send(key, value, Map.of("id", "id-" + image));
                }
                Map<String, List<String>> left = new LinkedHashMap<>();
                List<Integer> order = new ArrayList<>(images);
                Collections.shuffle(order, random);
                for (int image : order) {
                    if (random.nextInt(5) == 0) {
                        shuffled.first.fail(
                                image, new InferenceException(InferenceException.Code.MODEL_FAILURE, "poison"));
                    } else {
                        shuffled.first.finish(image);
                    }
                    shuffled.punctuate();
                    collect(shuffled.captionRecords(), left);
                    collect(shuffled.deadLetterRecords(), left);
                    // What has left of a key, on either topic, is always what was sent first.
                    left.forEach((key, ids) -> assertThat(ids)
                            .containsExactlyInAnyOrderElementsOf(sent.get(key).subList(0, ids.size())));
                }
                assertThat(left.values().stream().mapToInt(List::size).sum()).isEqualTo(images.size());
                assertThat(shuffled.inFlight()).isEmpty();
            }
        }
    }

    /** Adds the ids under their keys, and checks that those of one topic and key are in the order of their numbers. */
    private static void collect(List<TestRecord<byte[], byte[]>> records, Map<String, List<String>> left) {
        Map<String, Long> last = new LinkedHashMap<>();
        for (TestRecord<byte[], byte[]> outcome : records) {
            String key = new String(outcome.key(), UTF_8);
            String id = header(outcome, "id");
            long number = Long.parseLong(id.substring("id-".length()));
            assertThat(number).isGreaterThan(last.getOrDefault(key, -1L));
            last.put(key, number);
            left.computeIfAbsent(key, unused -> new ArrayList<>()).add(id);
        }
    }

    @Test
    void shouldHoldBackOnlyTheKeyOfASlowImage() {
        harness.first.manual();
        harness.send("a", 1);
        harness.send("a", 2);
        harness.send("b", 3);
        harness.send(null, 4);
        harness.send(null, 5);

        harness.first.finish(2);
        harness.first.finish(3);
        harness.first.finish(5);
        harness.punctuate();
        assertThat(harness.captionedIds()).containsExactly("id-3", "id-5");

        harness.first.finish(1);
        harness.punctuate();
        assertThat(harness.captionedIds()).containsExactly("id-1", "id-2");
    }

    @Test
    void shouldKeepTheOrderOfThePartitionIfAsked() {
        reopen(Ordering.PARTITION, InFlightLimits.defaults());
        harness.first.manual();
        harness.send("a", 1);
        harness.send("b", 2);
        harness.send(null, 3);

        harness.first.finish(2);
        harness.first.finish(3);
        harness.punctuate();
        assertThat(harness.captionedIds()).isEmpty();

        harness.first.finish(1);
        harness.punctuate();
        assertThat(harness.captionedIds()).containsExactly("id-1", "id-2", "id-3");
    }

    @Test
    void shouldBoundWhatIsInFlightByCount() {
        reopen(Ordering.KEY, new InFlightLimits(3, 1 << 30, 1 << 30));
        harness.first.manual();
        harness.ticker.step(Duration.ofMillis(1));
        for (int image = 1; image <= 5; image++) {
            harness.send("key-" + image, image);
        }

        // The last two are set aside, not lost, and not started.
        assertThat(harness.first.pending()).containsExactly(1, 2, 3);
        assertThat(harness.inFlight()).hasSize(5);

        harness.first.finish(2);
        harness.punctuate();
        assertThat(harness.first.pending()).containsExactly(1, 3, 4);
        for (int image : List.of(1, 3, 4)) {
            harness.first.finish(image);
        }
        harness.punctuate();
        harness.first.finish(5);
        harness.punctuate();
        assertThat(harness.captionedIds()).containsExactly("id-2", "id-1", "id-3", "id-4", "id-5");
        assertThat(harness.inFlight()).isEmpty();
    }

    @Test
    void shouldBoundWhatIsInFlightByBytes() {
        reopen(Ordering.KEY, new InFlightLimits(100, 3500, 1 << 30));
        harness.first.manual();
        harness.ticker.step(Duration.ofMillis(1));
        for (int image = 1; image <= 3; image++) {
            harness.send("key-" + image, padded(image, 500));
        }

        assertThat(harness.first.pending()).containsExactly(1, 2);
    }

    @Test
    void shouldBoundWhatIsInFlightInTheProcess() {
        reopen(Ordering.KEY, new InFlightLimits(100, 1 << 30, 3500));
        harness.first.manual();
        harness.ticker.step(Duration.ofMillis(1));
        for (int image = 1; image <= 3; image++) {
            harness.send("key-" + image, padded(image, 500));
        }

        assertThat(harness.first.pending()).containsExactly(1, 2);
    }

    @Test
    void shouldStartALoneImageLargerThanTheBound() {
        reopen(Ordering.KEY, new InFlightLimits(100, 100, 100));
        harness.send("key", padded(1, 5000));

        assertThat(harness.captionedIds()).containsExactly("id-1");
    }

    private static ImageEvent padded(int image, int bytes) {
        return event(image)
                .setModels(List.of("first"))
                .setAttributes(Map.of("padding", "x".repeat(bytes)))
                .build();
    }

    @Test
    void shouldWaitForTheRegistryToDecode() {
        harness.codec.down(true);
        harness.send("key", 1);
        harness.ticker.advance(Duration.ofSeconds(1));
        harness.punctuate();
        assertThat(harness.inFlight()).containsExactly(0L);
        assertThat(harness.deadLetterRecords()).isEmpty();

        harness.codec.down(false);
        harness.ticker.advance(Duration.ofSeconds(1));
        harness.punctuate();
        harness.punctuate();

        assertThat(harness.captionedIds()).containsExactly("id-1");
        assertThat(harness.inFlight()).isEmpty();
    }

    @Test
    void shouldWaitForTheRegistryToEncodeWithoutCaptioningAgain() {
        harness.first.manual();
        harness.send("key", 1);
        harness.codec.down(true);
        harness.first.finish(1);
        harness.punctuate();
        assertThat(harness.inFlight()).containsExactly(0L);

        harness.codec.down(false);
        harness.ticker.advance(Duration.ofSeconds(1));
        harness.punctuate();
        harness.punctuate();

        assertThat(harness.captionedIds()).containsExactly("id-1");
        assertThat(harness.images.loads()).isEqualTo(1);
        assertThat(harness.first.submissions()).isEqualTo(1);
    }

    @Test
    void shouldNotRetryBeforeTheBackoff() {
        harness.codec.down(true);
        harness.send("key", 1);
        harness.codec.down(false);

        harness.ticker.advance(Duration.ofMillis(99));
        harness.punctuate();
        harness.punctuate();
        assertThat(harness.captionedIds()).isEmpty();

        harness.ticker.advance(Duration.ofMillis(1));
        harness.punctuate();
        harness.punctuate();
        assertThat(harness.captionedIds()).containsExactly("id-1");
    }

    @Test
    void shouldLoadAgainWhenTheModelTakesOtherImagesByNow() {
        harness.first.manual();
        harness.send("key", 1);
        harness.first.input(new InputSpec(4, 4, "stretch"));

        harness.first.fail(1, new StaleInputException(new InputSpec(2, 2, "stretch"), new InputSpec(4, 4, "stretch")));

        assertThat(harness.images.loads()).isEqualTo(2);
        harness.first.finish(1);
        harness.punctuate();
        assertThat(harness.captionedIds()).containsExactly("id-1");
    }

    @Test
    void shouldKeepAnEventInFlightWhenABatcherCloses() {
        harness.first.manual();
        harness.send("key", 1);
        harness.first.fail(1, new InferenceException(InferenceException.Code.CLOSED, "closing"));
        harness.punctuate();

        assertThat(harness.inFlight()).containsExactly(0L);
        assertThat(harness.deadLetterRecords()).isEmpty();
    }

    @Test
    void shouldKeepTheOutcomesOfOldEventsFromBeingDeletedWithThem() {
        Instant old = Instant.ofEpochSecond(1_764_000);
        harness.send(
                new TestRecord<>("key".getBytes(UTF_8), FakeCodec.encode(event(1).build()), new RecordHeaders(), old));
        harness.send(new TestRecord<>("key".getBytes(UTF_8), new byte[] {1}, new RecordHeaders(), old));

        TestRecord<byte[], byte[]> caption = harness.captionRecords().get(0);
        TestRecord<byte[], byte[]> letter = onlyLetter();
        assertThat(List.of(caption, letter)).allSatisfy(outcome -> {
            assertThat(outcome.getRecordTime()).isAfterOrEqualTo(TopologyHarness.NOW);
            assertThat(header(outcome, "captionstream.event.time")).isEqualTo(Long.toString(old.toEpochMilli()));
        });
        assertThat(FakeCodec.decode(caption.value()).getOrigin().getTimestamp()).isEqualTo(old);
    }

    @Test
    void shouldKeepAnEventInFlightWhileNothingAnswersForIt() {
        harness.first.manual();
        harness.send("key", 1);
        harness.first.fail(1, new InferenceException(InferenceException.Code.UNAVAILABLE, "device lost"));
        harness.send("other", event(2).setUri("broken:SOURCE_UNAVAILABLE").build());
        harness.punctuate();

        assertThat(harness.inFlight()).containsExactly(0L, 1L);
        assertThat(harness.deadLetterRecords()).isEmpty();

        harness.ticker.advance(Duration.ofSeconds(1));
        harness.punctuate();
        harness.first.finish(1);
        harness.punctuate();
        assertThat(harness.captionedIds()).containsExactly("id-1");
    }

    @Test
    void shouldSendUndecodableBytesToTheDeadLettersAsTheyCame() {
        byte[] value = {1, 2, 3, 0, -1};
        harness.send("key", value, Map.of("ce_type", "image"));

        TestRecord<byte[], byte[]> letter = onlyLetter();
        assertThat(letter.key()).isEqualTo("key".getBytes(UTF_8));
        assertThat(letter.value()).isEqualTo(value);
        assertThat(header(letter, "captionstream.event.time"))
                .isEqualTo(Long.toString(TopologyHarness.NOW.toEpochMilli()));
        assertThat(header(letter, "ce_type")).isEqualTo("image");
        assertThat(header(letter, "captionstream.error.code")).isEqualTo("UNDECODABLE_EVENT");
        assertThat(header(letter, "captionstream.error.category")).isEqualTo("EVENT");
        assertThat(header(letter, "captionstream.error.stage")).isEqualTo("EVENT");
        assertThat(header(letter, "captionstream.error.reason")).isEqualTo("not an image event");
        assertThat(header(letter, "captionstream.error.attempt")).isEqualTo("1");
        assertThat(header(letter, "__streams.errors.exception"))
                .isEqualTo("io.captionstream.event.UndecodableEventException");
        assertThat(header(letter, "__streams.errors.message")).isEqualTo("not an image event");
        assertThat(header(letter, "__streams.errors.topic")).isEqualTo("image-events");
        assertThat(header(letter, "__streams.errors.partition")).isEqualTo("0");
        assertThat(header(letter, "__streams.errors.offset")).isEqualTo("0");
        assertThat(harness.inFlight()).isEmpty();
    }

    @Test
    void shouldReplaceTheErrorOfAReplayedDeadLetter() {
        harness.send(
                "key",
                new byte[] {1},
                Map.of("captionstream.error.code", "NOT_FOUND", "__streams.errors.offset", "77", "own", "kept"));

        TestRecord<byte[], byte[]> letter = onlyLetter();
        assertThat(header(letter, "captionstream.error.code")).isEqualTo("UNDECODABLE_EVENT");
        assertThat(header(letter, "__streams.errors.offset")).isEqualTo("0");
        assertThat(header(letter, "own")).isEqualTo("kept");
    }

    @Test
    void shouldRejectInvalidEvents() {
        assertRejected("INVALID_EVENT", "EVENT", event(1).setId(" ").build());
        assertRejected("INVALID_EVENT", "EVENT", event(1).setUri(null).build());
        assertRejected(
                "INVALID_EVENT",
                "EVENT",
                event(1).setContent(ByteBuffer.wrap(new byte[3])).build());
        assertRejected(
                "UNKNOWN_MODEL", "EVENT", event(1).setModels(List.of("third")).build());
        assertRejected(
                "INVALID_DECODING",
                "EVENT",
                event(1).setDecoding(
                                DecodingOverrides.newBuilder().setBeamWidth(0).build())
                        .build());
        assertRejected(
                "INVALID_DECODING",
                "EVENT",
                event(1).setDecoding(DecodingOverrides.newBuilder()
                                .setBeamWidth(1000)
                                .build())
                        .build());
        assertRejected(
                "INVALID_DECODING",
                "EVENT",
                event(1).setDecoding(
                                DecodingOverrides.newBuilder().setMaxLength(0).build())
                        .build());
        assertRejected(
                "INVALID_DECODING",
                "EVENT",
                event(1).setDecoding(DecodingOverrides.newBuilder()
                                .setLengthPenalty(Double.NaN)
                                .build())
                        .build());
    }

    @Test
    void shouldRejectRefinementsThatCannotBe() {
        assertInvalid(DecodingOverrides.newBuilder().setMinLength(21));
        assertInvalid(DecodingOverrides.newBuilder().setMinLength(-1));
        assertInvalid(DecodingOverrides.newBuilder().setNoRepeatNgram(-1));
        assertInvalid(DecodingOverrides.newBuilder().setBeamGroups(0));
        assertInvalid(DecodingOverrides.newBuilder().setBeamGroups(2));
        assertInvalid(DecodingOverrides.newBuilder().setBeamGroups(3).setDiversity(11.0));
        assertInvalid(DecodingOverrides.newBuilder().setTemperature(5.1));
        assertInvalid(DecodingOverrides.newBuilder().setTemperature(Double.NaN));
        assertInvalid(DecodingOverrides.newBuilder().setTemperature(1.0).setBeamGroups(3));
        assertInvalid(DecodingOverrides.newBuilder().setTemperature(1.0).setTopK(-1));
    }

    private void assertInvalid(DecodingOverrides.Builder overrides) {
        assertRejected(
                "INVALID_DECODING",
                "EVENT",
                event(1).setDecoding(overrides.build()).build());
    }

    @Test
    void shouldSayThatABundleCannotDecodeSo() {
        harness.first.manual();
        harness.send("key", 1);
        harness.first.fail(
                1, new InferenceException(InferenceException.Code.UNSUPPORTED_OPTIONS, "there is no such search"));
        harness.punctuate();

        TestRecord<byte[], byte[]> letter = onlyLetter();
        assertThat(header(letter, "captionstream.error.code")).isEqualTo("UNSUPPORTED_DECODING");
        assertThat(header(letter, "captionstream.error.category")).isEqualTo("EVENT");
        assertThat(header(letter, "captionstream.error.reason")).isEqualTo("there is no such search");
    }

    @Test
    void shouldRejectAnEventWithoutAValue() {
        harness.send("key", null, Map.of());

        TestRecord<byte[], byte[]> letter = onlyLetter();
        assertThat(letter.value()).isNull();
        assertThat(header(letter, "captionstream.error.code")).isEqualTo("INVALID_EVENT");
    }

    @Test
    void shouldRejectEveryKindOfBrokenImage() {
        for (ImageErrorCode code : ImageErrorCode.values()) {
            if (!TRANSIENT.contains(code)) {
                assertRejected(
                        ErrorCode.of(code).name(),
                        "FETCH",
                        event(1).setUri("broken:" + code).build());
            }
        }
        assertRejected(
                "NOT_AN_IMAGE",
                "FETCH",
                event(1).setUri(null).setContent(ByteBuffer.wrap(new byte[3])).build());
    }

    @Test
    void shouldHaveACodeForEveryKindOfBrokenImage() {
        for (ImageErrorCode code : ImageErrorCode.values()) {
            if (!TRANSIENT.contains(code)) {
                assertThat(ErrorCode.of(code)).isNotEqualTo(ErrorCode.IMAGE_FAILED);
            }
        }
    }

    @Test
    void shouldRejectWhatAModelFailsOn() {
        harness.first.manual();
        harness.send("key", event(1).build());
        harness.first.fail(1, new InferenceException(InferenceException.Code.MODEL_FAILURE, "poison"));
        harness.send("key", event(2).build());
        harness.first.fail(2, new InferenceException(InferenceException.Code.OUT_OF_MEMORY, "no room"));
        harness.punctuate();

        assertThat(harness.deadLetterRecords())
                .extracting(letter -> header(letter, "captionstream.error.code"))
                .containsExactly("INFERENCE_FAILED", "INFERENCE_OUT_OF_MEMORY");
        assertThat(harness.captionedIds()).isEmpty();
    }

    @Test
    void shouldRejectAnEventOnABug() {
        assertRejected("INTERNAL_ERROR", "FETCH", event(1).setUri("bug:1").build());
    }

    @Test
    void shouldRejectACaptionThatIsTooLarge() {
        reopen(limitedTo(400));
        assertRejected(
                "CAPTION_TOO_LARGE",
                "EMIT",
                event(1).setAttributes(Map.of("note", "x".repeat(300))).build());
    }

    @Test
    void shouldRejectAnEventThatIsTooLargeWithoutItsValue() {
        reopen(limitedTo(400));
        byte[] value = FakeCodec.encode(padded(1, 500));
        harness.send("key", value, Map.of());

        TestRecord<byte[], byte[]> letter = onlyLetter();
        assertThat(letter.value()).isNull();
        assertThat(header(letter, "captionstream.error.code")).isEqualTo("EVENT_TOO_LARGE");
        assertThat(header(letter, "captionstream.error.omitted-bytes")).isEqualTo(Integer.toString(value.length));
    }

    private static CaptionConfig limitedTo(int maxRecordBytes) {
        CaptionConfig defaults = CaptionConfig.defaults();
        return new CaptionConfig(
                defaults.topics(),
                defaults.ordering(),
                defaults.limits(),
                defaults.punctuationInterval(),
                defaults.retry(),
                defaults.decoding(),
                maxRecordBytes);
    }

    private void reopen(Ordering ordering, InFlightLimits limits) {
        CaptionConfig defaults = CaptionConfig.defaults();
        reopen(new CaptionConfig(
                defaults.topics(),
                ordering,
                limits,
                defaults.punctuationInterval(),
                defaults.retry(),
                defaults.decoding(),
                defaults.maxRecordBytes()));
    }

    private void reopen(CaptionConfig config) {
        harness.close();
        harness = new TopologyHarness(config);
    }

    private void assertRejected(String code, String stage, ImageEvent event) {
        harness.send("key", event);

        TestRecord<byte[], byte[]> letter = onlyLetter();
        assertThat(header(letter, "captionstream.error.code")).isEqualTo(code);
        assertThat(header(letter, "captionstream.error.stage")).isEqualTo(stage);
        assertThat(letter.value()).isEqualTo(FakeCodec.encode(event));
        assertThat(harness.captionedIds()).isEmpty();
        assertThat(harness.inFlight()).isEmpty();
    }

    private TestRecord<byte[], byte[]> onlyLetter() {
        List<TestRecord<byte[], byte[]>> letters = harness.deadLetterRecords();
        assertThat(letters).hasSize(1);
        return letters.get(0);
    }
}
