package io.captionstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Floats;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class NoiseTest {
    @Test
    void shouldDependOnTheSeedAndThePlaceOfTheWordOnly() {
        float[] alone = Noise.of(new long[] {5}, 2, 4);
        float[] amongOthers = Noise.of(new long[] {9, 5, 5}, 3, 4);

        assertThat(Arrays.copyOfRange(amongOthers, 12, 20)).containsExactly(alone);
        assertThat(Arrays.copyOfRange(amongOthers, 24, 32)).containsExactly(alone);
        assertThat(Noise.of(new long[] {5}, 2, 3)).startsWith(alone[0], alone[1], alone[2], alone[4]);
    }

    @Test
    void shouldBeUniform() {
        float[] noise = Noise.of(LongStream.range(0, 1000).toArray(), 5, 20);

        assertThat(Floats.asList(noise)).allSatisfy(number -> assertThat(number).isBetween(0f, Math.nextDown(1f)));
        int[] buckets = new int[10];
        for (float number : noise) {
            buckets[(int) (number * 10)]++;
        }
        for (int count : buckets) {
            assertThat((double) count / noise.length).isCloseTo(0.1, within(0.005));
        }
        assertThat(Floats.asList(noise).stream().distinct().count()).isGreaterThan(98_000);
    }
}
