package io.captionstream.provision;

import static io.captionstream.provision.Shortcoming.Kind.INTERNAL_TOPIC_PARTITIONS;
import static io.captionstream.provision.Shortcoming.Kind.OFFSETS_EXPIRE;
import static io.captionstream.provision.Shortcoming.Kind.OFFSET_METADATA_TOO_SMALL;
import static io.captionstream.provision.Shortcoming.Kind.REQUESTS_TOO_LARGE;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_TOO_SMALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExpectationsTest {
    private static final Topics TOPICS = Topics.defaults();
    private static final String WEEK = "604800000";

    private final Expectations caption = Expectations.caption(TOPICS, RecordSizes.defaults());
    private final Expectations train = Expectations.train(TOPICS, "app", 8, RecordSizes.defaults());
    private final Map<String, TopicState> topics = new HashMap<>();
    private final Map<String, String> broker = new HashMap<>(Map.of(
            "offset.metadata.max.bytes", "4096",
            "offsets.retention.minutes", "10080",
            "socket.request.max.bytes", "104857600"));

    ExpectationsTest() {
        TopicSpec.all(TOPICS, 4).forEach(spec -> {
            Map<String, String> configs = new HashMap<>(spec.configs());
            configs.putIfAbsent("cleanup.policy", "delete");
            configs.put("retention.ms", WEEK);
            topics.put(spec.name(), new TopicState(spec.name(), spec.partitions(), 1, configs));
        });
    }

    @Test
    void shouldFindNothingWrongWhereNothingIs() {
        assertThat(shortcomings(caption)).isEmpty();
        assertThat(shortcomings(train)).isEmpty();
        broker.clear();
        topics.clear();
        assertThat(shortcomings(caption)).isEmpty();
        assertThat(shortcomings(train)).isEmpty();
    }

    @Test
    void shouldLookAtEverythingThatItJudgesBy() {
        assertThat(caption.names())
                .containsExactlyInAnyOrder(
                        "image-events",
                        "caption-events",
                        "image-events.dlq",
                        "caption-events.shadow",
                        "model-releases",
                        "training-reports");
        assertThat(train.names()).contains("labeled-pairs", "app-by-model-repartition", "app-label-progress-changelog");
        assertThat(new Expectations(
                                List.of(),
                                List.of(new InternalTopic("changelog", Set.of("source"), OptionalInt.empty())),
                                RecordSizes.defaults(),
                                false)
                        .names())
                .containsExactlyInAnyOrder("changelog", "source");
    }

    @Test
    void shouldRefuseBrokersThatTakeTooLittleMetadataOfOffsets() {
        broker.put("offset.metadata.max.bytes", "4095");

        assertThat(shortcomings(caption)).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(OFFSET_METADATA_TOO_SMALL);
            assertThat(found.fatal()).isTrue();
        });
        assertThat(shortcomings(train)).isEmpty();
    }

    @Test
    void shouldRefuseRecordsThatAreLargerThanRequests() {
        broker.put("socket.request.max.bytes", "33619968");

        assertThat(shortcomings(caption)).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(REQUESTS_TOO_LARGE);
            assertThat(found.fatal()).isTrue();
        });
        assertThat(shortcomings(train)).hasSize(1);
    }

    @Test
    void shouldWarnOfOffsetsThatExpireBeforeEvents() {
        broker.put("offsets.retention.minutes", "10079");

        assertThat(shortcomings(caption)).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(OFFSETS_EXPIRE);
            assertThat(found.fatal()).isFalse();
        });
        assertThat(shortcomings(train)).isEmpty();
    }

    @Test
    void shouldRefuseInternalTopicsWithOtherPartitionsThanTheirSources() {
        internal("app-labels-taken-in-changelog", 3);
        internal("app-label-progress-changelog", 5);

        assertThat(shortcomings(train))
                .allSatisfy(found -> {
                    assertThat(found.kind()).isEqualTo(INTERNAL_TOPIC_PARTITIONS);
                    assertThat(found.fatal()).isTrue();
                })
                .extracting(Shortcoming::message)
                .containsExactly(
                        "app-labels-taken-in-changelog has 3 partitions and must have 4, as its sources have",
                        "app-label-progress-changelog has 5 partitions and must have 4, as its sources have");
        assertThat(shortcomings(train).get(0).remedy())
                .isEqualTo(
                        "Stop all trainers, then kafka-topics.sh --alter --topic app-labels-taken-in-changelog --partitions 4");
        assertThat(shortcomings(train).get(1).remedy()).contains("5 partitions again");
    }

    @Test
    void shouldRefuseAnotherNumberOfPartitionsThanWasSet() {
        internal("app-by-model-repartition", 4);

        assertThat(shortcomings(train)).singleElement().satisfies(found -> assertThat(found.remedy())
                .isEqualTo("Set captionstream.training.partitions=4, as it was: it cannot change"));
    }

    @Test
    void shouldWarnOfInternalTopicsThatTakeLessThanIsRead() {
        topics.put(
                "app-models-changelog",
                new TopicState("app-models-changelog", 8, 1, Map.of("max.message.bytes", "1048588")));

        assertThat(shortcomings(train)).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(TOPIC_TOO_SMALL);
            assertThat(found.fatal()).isFalse();
        });
    }

    private void internal(String name, int partitions) {
        topics.put(name, new TopicState(name, partitions, 1, Map.of()));
    }

    private List<Shortcoming> shortcomings(Expectations expectations) {
        return expectations.shortcomings(new ClusterState(topics, broker));
    }
}
