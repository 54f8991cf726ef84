package io.captionstream.streams;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicsExistTest {
    @Test
    void shouldSayWhatIsWrongWithTheSettingsOfAClient() {
        TopicsExist topics = new TopicsExist(
                Map.of("bootstrap.servers", "127.0.0.1:1", "security.protocol", "SASL_PLAINTEXT"), List.of("images"));

        assertThatThrownBy(topics::check)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("JAAS");
    }
}
