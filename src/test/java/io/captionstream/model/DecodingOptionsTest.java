package io.captionstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.network.GraphSignature;
import org.junit.jupiter.api.Test;

class DecodingOptionsTest {
    private static final DecodingOptions PLAIN = new DecodingOptions(6, 20, 0.7);

    @Test
    void shouldBePlainWhereNothingHasAnEffect() {
        assertThat(PLAIN.with(new Refinement(1, 0, 1, 0.5, false, 0, 7)))
                .isEqualTo(PLAIN)
                .hasSameHashCodeAs(PLAIN);
        assertThat(new DecodingOptions(6, 20, 0)
                        .with(new Refinement(0, 0, 1, 0, true, 0, 0))
                        .refinement())
                .isNull();
        assertThat(PLAIN.signature()).isEqualTo(GraphSignature.SEARCH);
        assertThat(PLAIN.refined()).isEqualTo(Refinement.NONE);
    }

    @Test
    void shouldKnowWhatTheGraphMustHave() {
        assertThat(PLAIN.with(new Refinement(4, 0, 1, 0, false, 0, 0)).signature())
                .isEqualTo(GraphSignature.REFINED_SEARCH);
        assertThat(PLAIN.with(new Refinement(0, 2, 3, 0.5, true, 0, 0)).signature())
                .isEqualTo(GraphSignature.REFINED_SEARCH);
        assertThat(PLAIN.with(new Refinement(0, 2, 1, 0.5, false, 0.7, 0)).signature())
                .isEqualTo(GraphSignature.SAMPLING);
    }

    @Test
    void shouldRefuseWhatDoesNotGoTogether() {
        assertThatThrownBy(() -> PLAIN.with(new Refinement(21, 0, 1, 0, false, 0, 0)))
                .hasMessage("minLength 21 exceeds maxLength 20");
        assertThatThrownBy(() -> PLAIN.with(new Refinement(0, 0, 4, 0.5, false, 0, 0)))
                .hasMessage("beamWidth 6 is not a multiple of beamGroups 4");
        assertThatThrownBy(() -> new Refinement(0, 0, 2, 0.5, false, 1, 0)).hasMessageContaining("neither groups");
        assertThatThrownBy(() -> new Refinement(0, 0, 1, 0, false, Double.NaN, 0))
                .hasMessageContaining("temperature");
    }
}
