package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.caption.Outcomes.Answer;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.embedded.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.StreamsConfig;
import org.assertj.core.groups.Tuple;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a record is like, it has one outcome and ends no thread. */
class TotalityIT {
    private static final Logger log = Logger.getLogger(TotalityIT.class);
    private static final int PARTITIONS = 3;

    // Each another, so that every one of them is what decides for some records.
    private static final int CAPTION_LIMIT = 20_000;
    private static final int LETTER_LIMIT = 40_000;
    private static final int MAX_RECORD = 60_000;
    private static final int REQUEST_LIMIT = 70_000;
    private static final int EVENT_LIMIT = 700_000;

    @TempDir
    private Path directory;

    @Test
    void shouldGiveEveryRecordOneOutcomeAndEndNoThread() throws Exception {
        try (CaptionRig rig = rig(Map.of())) {
            Map<OutcomeForm, Integer> forms = captionOddEvents(rig, 7, Scale.of(400, 10_000));

            assertThat(forms).containsOnlyKeys(OutcomeForm.values());
            assertThat(rig.outcomes().byCode())
                    .containsKeys(
                            "CAPTIONED",
                            "CAPTION_TOO_LARGE",
                            "EVENT_TOO_LARGE",
                            "INVALID_EVENT",
                            "NOT_FOUND",
                            "UNDECODABLE_EVENT");
        }
    }

    @Test
    void shouldGiveEveryRecordOneOutcomeWhenTopicsOfOutcomesAreCompacted() throws Exception {
        try (CaptionRig rig = rig(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT))) {
            captionOddEvents(rig, 8, Scale.of(150, 2_000));

            assertThat(rig.outcomes().byCode()).containsKeys("CAPTIONED", "CAPTION_REFUSED");
        }
    }

    private Map<OutcomeForm, Integer> captionOddEvents(CaptionRig rig, long seed, int count) throws Exception {
        InstanceSettings settings = settings(rig);
        CaptionInstance instance = rig.start(settings, rig.limitsNow(settings));
        OddEvents events = new OddEvents(
                seed,
                rig.topics().imageEvents(),
                EVENT_LIMIT,
                List.of(CAPTION_LIMIT, LETTER_LIMIT, MAX_RECORD, REQUEST_LIMIT));
        while (rig.accepted() < count) {
            for (int sent = rig.accepted(); sent < count; sent++) {
                send(rig, events.next(sent % PARTITIONS));
            }
            // The broker has refused some, perhaps.
            rig.flush();
        }
        rig.awaitAll();

        rig.verifyExactlyOnceInOrder();
        assertThat(instance.deaths()).isEmpty();
        Map<OutcomeForm, Integer> forms = new HashMap<>();
        rig.outcomes().all().forEach(answer -> forms.merge(answer.form(), 1, Integer::sum));
        log.infof("Outcomes of %d records: %s, forms %s", count, rig.outcomes().byCode(), forms);
        return forms;
    }

    // Alone if the broker may refuse it: Kafka's producer splits a batch of it and a tiny one over and over.
    private static void send(CaptionRig rig, ProducerRecord<byte[], byte[]> event) {
        boolean alone = event.value() != null && event.value().length > EVENT_LIMIT / 2;
        if (alone) {
            rig.flush();
        }
        rig.send(event);
        if (alone) {
            rig.flush();
        }
    }

    @Test
    void shouldTryTheNextFormAndBlameNoOtherEventWhenTheBrokerTakesLessThanItDid() throws Exception {
        try (CaptionRig rig = rig(Map.of())) {
            InstanceSettings settings = settings(rig);
            // As if the limits had been lowered between the check and the write: everything is thought to fit.
            CaptionInstance instance = rig.start(settings, RecordLimits.NONE);
            rig.send(1, "hang:1");
            rig.send(1, "image:2");
            await().atMost(Duration.ofMinutes(1)).until(() -> instance.images().held() == 1);
            rig.awaitOutcomes(1);

            int above = LETTER_LIMIT + 5_000;
            send(rig, "key", 0, 0, "image:-" + CAPTION_LIMIT);
            rig.awaitOutcomes(2);
            send(rig, "key", above, 0, "image:3");
            rig.awaitOutcomes(3);
            send(rig, "key", above, above, "image:4");
            rig.awaitOutcomes(4);
            send(rig, FakeModel.letters(new Random(1), above), above, above, "image:5");
            rig.awaitOutcomes(5);
            for (int image = 6; image < 30; image++) {
                rig.send(image % PARTITIONS, "image:" + image);
            }
            rig.awaitOutcomes(29);
            await().atMost(Duration.ofMinutes(1)).until(() -> instance.images().held() == 1);
            instance.images().open();
            rig.awaitAll();

            rig.verifyExactlyOnceInOrder();
            assertThat(rig.outcomes().all().stream()
                            .filter(answer -> answer.code() != null)
                            .toList())
                    .extracting(Answer::code, Answer::form)
                    .containsExactly(
                            refused(OutcomeForm.LETTER),
                            refused(OutcomeForm.LETTER_WITHOUT_VALUE),
                            refused(OutcomeForm.LETTER_WITHOUT_HEADERS),
                            refused(OutcomeForm.REFERENCE));
            // Each form that was refused has ended a thread, and nothing else has.
            assertThat(instance.deaths()).hasSize(1 + 2 + 3 + 4);
        }
    }

    private static Tuple refused(OutcomeForm form) {
        return Tuple.tuple("CAPTION_REFUSED", form);
    }

    /** Sends an event with as many bytes of attributes and of a header, to partition 0. */
    private static void send(CaptionRig rig, String key, int attributes, int header, String uri) {
        Random random = new Random(2);
        byte[] value = FakeCodec.encode(TopologyHarness.event(0)
                .setUri(uri)
                .setAttributes(Map.of("padding", FakeModel.letters(random, attributes)))
                .build());
        RecordHeaders headers = new RecordHeaders();
        if (header > 0) {
            headers.add("padding", FakeModel.letters(random, header).getBytes(UTF_8));
        }
        rig.send(new ProducerRecord<>(rig.topics().imageEvents(), 0, null, key.getBytes(UTF_8), value, headers));
    }

    private CaptionRig rig(Map<String, String> ofOutcomes) {
        CaptionRig rig = new CaptionRig(EmbeddedStack.shared().broker(), directory, PARTITIONS);
        rig.configure(
                rig.topics().imageEvents(),
                Map.of(
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(EVENT_LIMIT),
                        TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE),
                        TopicConfig.RETENTION_MS_CONFIG, "-1",
                        TopicConfig.SEGMENT_MS_CONFIG, Long.toString(Long.MAX_VALUE)));
        rig.configure(rig.topics().captionEvents(), limited(CAPTION_LIMIT, ofOutcomes));
        rig.configure(rig.topics().deadLetters(), limited(LETTER_LIMIT, ofOutcomes));
        return rig;
    }

    private static Map<String, String> limited(int bytes, Map<String, String> others) {
        Map<String, String> settings = new HashMap<>(others);
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes));
        return settings;
    }

    private static InstanceSettings settings(CaptionRig rig) {
        return rig.settings()
                .withMaxRecordBytes(MAX_RECORD)
                .with(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), REQUEST_LIMIT);
    }
}
