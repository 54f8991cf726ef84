package io.captionstream.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogBoundTest {
    @Test
    void shouldReadOffsetsByPartition() {
        LogBound bound = LogBound.parse("0:100,12:0");

        assertThat(bound.spec()).isNull();
        assertThat(bound.offsets()).isEqualTo(Map.of(0, 100L, 12, 0L));
    }

    @Test
    void shouldReadEndsAndTimes() {
        assertThat(LogBound.parse("earliest").spec()).isInstanceOf(OffsetSpec.EarliestSpec.class);
        assertThat(LogBound.parse("latest").spec()).isInstanceOf(OffsetSpec.LatestSpec.class);
        assertThat(LogBound.parse("2026-01-02T03:04:05Z").spec()).isInstanceOf(OffsetSpec.TimestampSpec.class);
        assertThat(LogBound.parse("1767323045000").spec()).isInstanceOf(OffsetSpec.TimestampSpec.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "-1", "0:", "0:1,", "0:1,0:2", "2026-01-02", "99999999999999999999"})
    void shouldSayWhatABoundLooksLike(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> LogBound.parse(text));
    }
}
