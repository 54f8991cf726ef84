package io.captionstream.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.event.DecodingOverrides;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecodingFieldsTest {
    @Test
    void shouldReadEveryKindOfOption() {
        DecodingOverrides options = DecodingFields.parse(
                Map.of("beam-width", "5", "lengthPenalty", "0.5", "penalty-in-search", "true", "seed", "12345678901"));

        assertThat(options.getBeamWidth()).isEqualTo(5);
        assertThat(options.getLengthPenalty()).isEqualTo(0.5);
        assertThat(options.getPenaltyInSearch()).isTrue();
        assertThat(options.getSeed()).isEqualTo(12345678901L);
        assertThat(options.getTopK()).isNull();
        assertThat(DecodingFields.parse(Map.of())).isNull();
    }

    @Test
    void shouldRefuseWhatIsNone() {
        assertThatThrownBy(() -> DecodingFields.parse(Map.of("beams", "5")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no decoding option beams; there are [beamWidth");
        assertThatThrownBy(() -> DecodingFields.parse(Map.of("beam-width", "many")))
                .hasMessageContaining("'many' is no value of the decoding option beam-width");
        assertThatThrownBy(() -> DecodingFields.parse(Map.of("penalty-in-search", "yes")))
                .hasMessageContaining("'yes' is no value");
    }
}
