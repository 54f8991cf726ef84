package io.captionstream.provision;

import static io.captionstream.provision.Shortcoming.Kind.TOPIC_COMPACTED;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_REPLICAS;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_RETENTION;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_TOO_SMALL;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_UNSUITABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicSpecTest {
    private final List<TopicSpec> specs = TopicSpec.all(Topics.defaults(), 8);

    @Test
    void shouldKnowEveryTopic() {
        assertThat(specs)
                .extracting(TopicSpec::name)
                .containsExactlyElementsOf(Topics.defaults().all());
    }

    @Test
    void shouldLetOutcomesBeLargerThanWhatWasRead() {
        List<TopicSpec> small = TopicSpec.all(Topics.defaults(), 8, new RecordSizes(1 << 20), new RecordSizes(2 << 20));

        assertThat(small)
                .filteredOn(spec -> spec.configs().containsKey("max.message.bytes"))
                .extracting(TopicSpec::name, spec -> spec.configs().get("max.message.bytes"))
                .containsExactly(
                        tuple("image-events", "1048576"),
                        tuple("caption-events", "1114112"),
                        tuple("image-events.dlq", "1114112"),
                        tuple("caption-events.shadow", "1114112"),
                        tuple("labeled-pairs", "2097152"),
                        tuple("labeled-pairs.dlq", "2162688"));
    }

    @Test
    void shouldSayWhatATopicLacks() {
        assertThat(shortcomings("image-events", Map.of("max.message.bytes", "33554432")))
                .isEmpty();
        assertThat(shortcomings("image-events", Map.of("max.message.bytes", "50000000")))
                .isEmpty();
        assertThat(shortcomings("image-events", Map.of("max.message.bytes", "1048588")))
                .containsExactly(
                        new Shortcoming(
                                TOPIC_TOO_SMALL,
                                false,
                                "image-events takes records of 1048588 bytes and is to take 33554432",
                                "kafka-configs.sh --alter --entity-type topics --entity-name image-events --add-config max.message.bytes=33554432"));
    }

    @Test
    void shouldTakeWhatMayNotBeSeenToBeRight() {
        assertThat(spec("model-releases").shortcomings(new TopicState("model-releases", 1, 3, Map.of())))
                .isEmpty();
    }

    @Test
    void shouldWantReleasesToBeCompacted() {
        assertThat(spec("model-releases").partitions()).isOne();
        assertThat(shortcomings("model-releases", Map.of("cleanup.policy", "compact")))
                .isEmpty();
        for (String policy : List.of("compact,delete", "delete")) {
            assertThat(shortcomings("model-releases", Map.of("cleanup.policy", policy)))
                    .extracting(Shortcoming::kind, Shortcoming::fatal)
                    .containsExactly(tuple(TOPIC_UNSUITABLE, true));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"caption-events", "image-events.dlq", "caption-events.shadow", "labeled-pairs.dlq"})
    void shouldRefuseOutcomesToBeCompacted(String topic) {
        for (String policy : List.of("compact,delete", "compact")) {
            assertThat(shortcomings(topic, Map.of("cleanup.policy", policy)))
                    .extracting(Shortcoming::kind, Shortcoming::fatal)
                    .containsExactly(tuple(TOPIC_COMPACTED, true));
        }
        assertThat(shortcomings(topic, Map.of("cleanup.policy", "delete"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"image-events", "labeled-pairs"})
    void shouldWarnOfInputThatIsCompacted(String topic) {
        assertThat(shortcomings(topic, Map.of("cleanup.policy", "compact")))
                .extracting(Shortcoming::kind, Shortcoming::fatal)
                .containsExactly(tuple(TOPIC_COMPACTED, false));
    }

    @Test
    void shouldWarnOfEventsThatAreDeletedSoon() {
        assertThat(shortcomings("image-events", Map.of("retention.ms", "3599999")))
                .extracting(Shortcoming::kind, Shortcoming::fatal)
                .containsExactly(tuple(TOPIC_RETENTION, false));
        assertThat(shortcomings("image-events", Map.of("retention.ms", "3600000")))
                .isEmpty();
        assertThat(shortcomings("image-events", Map.of("retention.ms", "-1"))).isEmpty();
        assertThat(shortcomings("caption-events", Map.of("retention.ms", "1000")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 2", "4, 3"})
    void shouldAcceptAsManyReplicasAsBrokersMayBeAway(int replicas, int inSync) {
        assertThat(replicas("caption-events", replicas, inSync)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "caption-events, 1, 2, true, nothing can be written",
        "image-events, 1, 2, false, nothing can be written",
        "caption-events, 3, 3, false, nothing can be written while one broker is away",
        "caption-events, 3, 1, false, what one broker has taken is lost with it"
    })
    void shouldSayWhereReplicasDoNotSuffice(String topic, int replicas, int inSync, boolean fatal, String message) {
        assertThat(replicas(topic, replicas, inSync)).singleElement().satisfies(shortcoming -> {
            assertThat(shortcoming.kind()).isEqualTo(TOPIC_REPLICAS);
            assertThat(shortcoming.fatal()).isEqualTo(fatal);
            assertThat(shortcoming.message()).endsWith(message);
        });
    }

    private List<Shortcoming> replicas(String topic, int replicas, int inSync) {
        return spec(topic)
                .shortcomings(
                        new TopicState(topic, 1, replicas, Map.of("min.insync.replicas", Integer.toString(inSync))));
    }

    private List<Shortcoming> shortcomings(String topic, Map<String, String> configs) {
        Map<String, String> all = new HashMap<>(spec(topic).configs());
        all.putAll(configs);
        return spec(topic).shortcomings(new TopicState(topic, 4, 1, all));
    }

    private TopicSpec spec(String name) {
        return specs.stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
