package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;

class InFlightCodecTest {
    private static final InFlightEntry ENTRY = new InFlightEntry(
            "images-\u00e4",
            3,
            Long.MAX_VALUE,
            -1,
            new byte[] {1, 0, -1},
            new byte[] {9, 8},
            2,
            List.of(
                    new RecordHeader("traceparent", new byte[] {5}),
                    new RecordHeader("empty", new byte[0]),
                    new RecordHeader("null", (byte[]) null),
                    new RecordHeader("traceparent", new byte[] {6})));

    @Test
    void shouldReadWhatItWrote() {
        assertThat(InFlightCodec.decode(InFlightCodec.encode(ENTRY))).isEqualTo(ENTRY);
    }

    @Test
    void shouldTellNullFromEmpty() {
        InFlightEntry nulls = new InFlightEntry("t", 0, 0, 0, null, null, 0, List.of());
        InFlightEntry empties = new InFlightEntry("t", 0, 0, 0, new byte[0], new byte[0], 0, List.of());

        assertThat(InFlightCodec.decode(InFlightCodec.encode(nulls))).isEqualTo(nulls);
        assertThat(InFlightCodec.decode(InFlightCodec.encode(empties)))
                .isEqualTo(empties)
                .isNotEqualTo(nulls);
    }

    @Test
    void shouldRememberThatAValueWasLeftOut() {
        InFlightEntry decoded = InFlightCodec.decode(InFlightCodec.encode(ENTRY.withoutValue()));

        assertThat(decoded.lacksValue()).isTrue();
        assertThat(decoded.valueBytes()).isEqualTo(2);
    }

    @Test
    void shouldRefuseWhatItDidNotWrite() {
        byte[] bytes = InFlightCodec.encode(ENTRY);
        byte[] later = bytes.clone();
        later[0] = 2;

        assertThatThrownBy(() -> InFlightCodec.decode(later))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version 2");
        for (int length = 0; length < bytes.length; length++) {
            byte[] truncated = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> InFlightCodec.decode(truncated)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> InFlightCodec.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
