package io.captionstream.provision;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.event.Topics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicSpecTest {
    private final List<TopicSpec> specs = TopicSpec.all(Topics.defaults(), 8);

    @Test
    void shouldKnowEveryTopic() {
        assertThat(specs)
                .extracting(TopicSpec::name)
                .containsExactlyElementsOf(Topics.defaults().all());
    }

    @Test
    void shouldSayWhatATopicLacks() {
        TopicSpec images = specs.get(0);

        assertThat(images.shortcomings(Map.of("max.message.bytes", "33554432"))).isEmpty();
        assertThat(images.shortcomings(Map.of("max.message.bytes", "50000000"))).isEmpty();
        assertThat(images.shortcomings(Map.of("max.message.bytes", "1048588")))
                .containsExactly(
                        new TopicSpec.Shortcoming(
                                "image-events has max.message.bytes=1048588 and needs 33554432",
                                "kafka-configs.sh --alter --entity-type topics --entity-name image-events --add-config max.message.bytes=33554432"));
    }

    @Test
    void shouldWantReleasesToBeCompacted() {
        TopicSpec releases = specs.stream()
                .filter(spec -> spec.name().equals("model-releases"))
                .findFirst()
                .orElseThrow();

        assertThat(releases.partitions()).isOne();
        assertThat(releases.shortcomings(Map.of("cleanup.policy", "compact"))).isEmpty();
        assertThat(releases.shortcomings(Map.of("cleanup.policy", "compact,delete")))
                .hasSize(1);
    }
}
