package io.captionstream.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {
    private static final PairedBootstrap BOOTSTRAP = new PairedBootstrap(20_000, 1);

    @Test
    void shouldBeSureWhereAllImagesAgree() {
        assertThat(BOOTSTRAP.confidence(new double[] {0.1, 2, 0.3})).isEqualTo(1);
        assertThat(BOOTSTRAP.confidence(new double[] {-0.1, -2, -0.3})).isZero();
    }

    @Test
    void shouldNotTakeATieForBetter() {
        assertThat(BOOTSTRAP.confidence(new double[50])).isZero();
        // Adds up to 5.6e-17.
        assertThat(BOOTSTRAP.confidence(new double[] {0.1 + 0.2 - 0.3})).isZero();
    }

    @Test
    void shouldAgreeWithCountingByHand() {
        // Of the four pairs one can draw of two images, one has a positive sum, and three here.
        assertThat(BOOTSTRAP.confidence(new double[] {1, -1})).isCloseTo(0.25, within(0.01));
        assertThat(BOOTSTRAP.confidence(new double[] {3, -1})).isCloseTo(0.75, within(0.01));
    }

    @Test
    void shouldAgreeWithTheNormalDistributionOnManyImages() {
        // The mean of 400 differences of mean 0.05 and deviation 1 is positive with the probability of z > -1.
        double[] differences = IntStream.range(0, 400)
                .mapToDouble(image -> 0.05 + (image % 2 == 0 ? 1 : -1))
                .toArray();

        assertThat(BOOTSTRAP.confidence(differences)).isCloseTo(0.8413, within(0.02));
    }

    @Test
    void shouldBeSurerOfTheSameGainOnMoreImages() {
        double[] few = {1, -0.5, 0.2, -0.4};
        double[] many = IntStream.range(0, 400).mapToDouble(i -> few[i % 4]).toArray();

        assertThat(BOOTSTRAP.confidence(many)).isGreaterThan(BOOTSTRAP.confidence(few));
    }

    @Test
    void shouldDrawTheSameFromTheSameSeed() {
        double[] differences = {1, -1, 0.5, 0, -0.2};
        double[] confidences = IntStream.range(0, 3)
                .mapToDouble(seed -> new PairedBootstrap(500, seed).confidence(differences))
                .toArray();

        assertThat(new PairedBootstrap(500, 1).confidence(differences)).isEqualTo(confidences[1]);
        assertThat(Arrays.stream(confidences).distinct().count()).isGreaterThan(1);
    }
}
