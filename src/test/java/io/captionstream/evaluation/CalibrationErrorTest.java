package io.captionstream.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CalibrationErrorTest {
    @Test
    void shouldBeTheWeightedDistanceOfTheBins() {
        CalibrationError error = new CalibrationError();
        error.add(0.9, true);
        error.add(0.92, false);
        error.add(0.1, false);
        error.add(1, true);

        // Bin of 0.9 and 0.92: mean 0.91, half right. Bin of 0.1: 0.1 off. Bin of 1: exact.
        assertThat(error.value()).isCloseTo((2 * 0.41 + 0.1) / 4, within(1e-12));
    }

    @Test
    void shouldBeZeroWhereConfidencesComeTrue() {
        CalibrationError error = new CalibrationError();
        for (int i = 0; i < 100; i++) {
            error.add(0.75, i % 4 != 0);
        }

        assertThat(error.value()).isCloseTo(0, within(1e-12));
    }

    @Test
    void shouldRefuseWhatIsNoProbability() {
        assertThatThrownBy(() -> new CalibrationError().add(1.1, true)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new CalibrationError().value()).isNaN();
    }
}
