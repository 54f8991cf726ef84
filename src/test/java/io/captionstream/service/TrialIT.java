package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.caption.CaptionTrial;
import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.ModelCaption;
import io.captionstream.release.Releases;
import io.captionstream.service.DemoVersions.Version;
import io.captionstream.service.SteadyLoad.Answer;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.restassured.RestAssured;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version on trial beside the one in service, first as a shadow, then as a canary, then promoted, killed in between. */
class TrialIT {
    private static final double PER_SECOND = 15;
    private static final int PERCENTAGE = 40;
    private static final int SHADOWS = 10;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @TempDir
    private Path directory;

    @Test
    void shouldTryAVersionOnItsShareOfTheImages() throws Exception {
        try (EventLog log = new EventLog(stack, 2);
                DemoVersions versions = new DemoVersions(stack, log.topics().modelReleases(), directory);
                SteadyLoad load = new SteadyLoad(log);
                ShadowReader shadows = new ShadowReader(stack, log.topics().shadowCaptions())) {
            Version live = versions.make("alpha");
            Version tried = versions.make("beta");
            versions.release(live);
            Map<String, String> properties = new HashMap<>(log.serviceProperties());
            properties.putAll(versions.serviceProperties());
            properties.put("captionstream.releases.trial-patience", "20s");
            ApplicationProcess service = start(properties);
            try {
                service.awaitReady();
                load.start(PER_SECOND);
                load.collectUntil(() -> load.answers().size() > 30, LIMIT);
                assertThat(by(load, tried)).isEmpty();

                versions.startTrial(tried, Releases.SHADOW, PERCENTAGE);
                awaitTrial(service, load);
                load.collectUntil(() -> shadows.read() >= SHADOWS, LIMIT);
                service.kill();
                int before = shadows.read();
                service = start(properties);
                awaitTrial(service, load);
                load.collectUntil(() -> shadows.read() >= before + SHADOWS, LIMIT);
                assertThat(by(load, tried)).as("a shadow is in nobody's stead").isEmpty();

                versions.startTrial(tried, Releases.CANARY, PERCENTAGE);
                load.collectUntil(() -> by(load, tried).size() > 40, LIMIT);
                assertThat(by(load, tried)).allMatch(TrialIT::isCovered);

                versions.promoteTrial();
                load.collectUntil(() -> by(load, tried).stream().anyMatch(answer -> !isCovered(answer)), LIMIT);
                int sent = load.stop();
                load.collectUntil(() -> load.answers().size() >= sent, LIMIT);

                assertThat(log.verifyExactlyOnceInOrder(sent))
                        .as("dead letters")
                        .isEmpty();
                verifyShadows(shadows.readAll(), log.captions(), live, tried);
            } finally {
                service.close();
            }
        }
    }

    private ApplicationProcess start(Map<String, String> properties) {
        return ApplicationProcess.start(
                DemoModels.application(), stack, directory.resolve("service"), List.of("-Xmx384m"), properties);
    }

    private static void awaitTrial(ApplicationProcess service, SteadyLoad load) {
        await().ignoreExceptions().atMost(LIMIT).until(() -> {
            load.collectFor(Duration.ofMillis(100));
            return RestAssured.get(service.url() + "/q/health/ready")
                    .jsonPath()
                    .getString("checks.data")
                    .contains(DemoVersions.MODEL + " trial:version 3 serves");
        });
    }

    private static List<Answer> by(SteadyLoad load, Version version) {
        return load.answers().stream()
                .filter(answer -> answer.caption().getWeightsDigest().equals(version.digest()))
                .toList();
    }

    private static boolean isCovered(Answer answer) {
        return isCovered(SteadyLoad.id(answer.number()));
    }

    private static boolean isCovered(String id) {
        return CaptionTrial.bucket(id) < PERCENTAGE;
    }

    /** Each shadow stands beside one caption event of the version in service, and says what the version on trial says. */
    private static void verifyShadows(
            List<CaptionEvent> shadows, List<CaptionEvent> captions, Version live, Version tried) {
        Map<EventOrigin, ModelCaption> byOrigin = captions.stream()
                .collect(Collectors.toMap(
                        CaptionEvent::getOrigin, event -> event.getCaptions().get(0)));
        assertThat(shadows).hasSizeGreaterThanOrEqualTo(2 * SHADOWS);
        assertThat(shadows).extracting(CaptionEvent::getOrigin).doesNotHaveDuplicates();
        assertThat(shadows).allSatisfy(event -> {
            assertThat(isCovered(event.getId())).isTrue();
            ModelCaption shadow = event.getCaptions().get(0);
            ModelCaption beside = byOrigin.get(event.getOrigin());
            assertThat(shadow.getWeightsDigest()).isEqualTo(tried.digest());
            assertThat(beside.getWeightsDigest()).isEqualTo(live.digest());
            assertThat(shadow.getCaption()).isEqualTo(beside.getCaption().replace(live.word(), tried.word()));
        });
    }

    /** Follows the topic of shadows. */
    private static final class ShadowReader implements AutoCloseable {
        private final KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer();
        private final KafkaConsumer<String, byte[]> reader;
        private final List<CaptionEvent> shadows = new ArrayList<>();

        ShadowReader(EmbeddedStack stack, String topic) {
            deserializer.configure(
                    Map.of("schema.registry.url", stack.registry().url(), "specific.avro.reader", true), false);
            reader = Clients.committedReader(stack.broker().bootstrapServers(), List.of(topic));
        }

        /** Reads what is there now; returns how many there have been. */
        int read() {
            reader.poll(Duration.ofMillis(20))
                    .forEach(shadow ->
                            shadows.add((CaptionEvent) deserializer.deserialize(shadow.topic(), shadow.value())));
            return shadows.size();
        }

        List<CaptionEvent> readAll() {
            Map<TopicPartition, Long> ends = reader.endOffsets(reader.assignment());
            await().pollInSameThread().atMost(LIMIT).until(() -> {
                read();
                return ends.entrySet().stream().allMatch(end -> reader.position(end.getKey()) >= end.getValue());
            });
            return shadows;
        }

        @Override
        public void close() {
            reader.close();
            deserializer.close();
        }
    }
}
