package io.captionstream.streams;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import io.captionstream.provision.Expectations;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicSettingsIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Topics topics = Topics.prefixed("s" + UUID.randomUUID() + "-");
    private final TopicSettings settings = new TopicSettings(
            Map.of("bootstrap.servers", stack.broker().bootstrapServers()),
            Expectations.caption(topics, RecordSizes.defaults()));

    @BeforeEach
    void create() {
        stack.broker().createAllTopics(2, topics);
    }

    @Test
    void shouldHoldWhereNothingIsWrong() {
        assertThatCode(settings::check).doesNotThrowAnyException();
        assertThatCode(settings::recheck).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseCompactedOutcomesAtOnceAndLater() throws Exception {
        alter(topics.deadLetters(), "cleanup.policy", "compact,delete");

        assertThatThrownBy(settings::check)
                .isInstanceOf(UnmetPreconditionException.class)
                .hasMessageContaining(topics.deadLetters() + " has cleanup.policy=compact,delete")
                .hasMessageContaining("kafka-configs.sh --alter");
        assertThatThrownBy(settings::recheck).isInstanceOf(UnmetPreconditionException.class);
    }

    @Test
    void shouldOnlyWarnOfWhatItCanWorkWith() throws Exception {
        alter(topics.deadLetters(), "max.message.bytes", "1000");
        alter(topics.imageEvents(), "cleanup.policy", "compact");

        assertThatCode(settings::check).doesNotThrowAnyException();
    }

    @Test
    void shouldWaitForBrokersThatAreAway() {
        TopicSettings away = new TopicSettings(
                Map.of("bootstrap.servers", "127.0.0.1:1", "default.api.timeout.ms", 500, "request.timeout.ms", 400),
                Expectations.caption(topics, RecordSizes.defaults()));

        assertThatThrownBy(away::check).isInstanceOf(IOException.class);
        assertThatCode(away::recheck).doesNotThrowAnyException();
    }

    private void alter(String topic, String key, String value) throws Exception {
        try (Admin admin = stack.broker().admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
