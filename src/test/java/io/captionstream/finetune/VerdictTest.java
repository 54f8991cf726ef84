package io.captionstream.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.ImmutableDoubleArray;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final int IMAGES = 100;

    private final Verdict verdict = new Verdict(new GateConfig(0.95, 0.02, 50, 1000, 1000, 1));

    @Test
    void shouldPromoteWhatIsBetterOnNewImagesAndForgetsNothing() {
        GateResult result = verdict.of(comparison(4, 6), Optional.of(comparison(8, 8.5)), true);

        assertThat(result.promoted()).isTrue();
        assertThat(result.reason())
                .isEqualTo("better on 100 new images: CIDEr-D 6.00, champion 4.00; exact 60.0%, champion 40.0%;"
                        + " in 100.0% of the resamples it is better, 95.0% are needed;"
                        + " no worse on 100 old images: CIDEr-D 8.50, champion 8.00; exact 85.0%, champion 80.0%");
        assertThat(result.metrics())
                .containsEntry("fresh.images", 100.0)
                .containsEntry("fresh.ciderD.champion", 4.0)
                .containsEntry("fresh.ciderD.challenger", 6.0)
                .containsEntry("fresh.exactMatch.challenger", 0.6)
                .containsEntry("fresh.loss.challenger", 0.5)
                .containsEntry("fresh.confidence", 1.0)
                .containsEntry("old.bleu4.champion", 0.7)
                .containsEntry("old.images", 100.0);
    }

    @Test
    void shouldAllowASmallFallOnOldImages() {
        GateResult result = verdict.of(comparison(4, 6), Optional.of(comparison(8, 7.9)), true);

        assertThat(result.promoted()).isTrue();
        assertThat(result.reason()).contains("hardly worse on 100 old images", "a fall of 1.25%, 2.00% are allowed");
        assertThat(result.metrics().get("old.fall")).isCloseTo(0.0125, within(1e-9));
    }

    @Test
    void shouldNotPromoteWhatForgets() {
        GateResult result = verdict.of(comparison(4, 6), Optional.of(comparison(8, 7)), true);

        assertThat(result.promoted()).isFalse();
        assertThat(result.reason())
                .startsWith("better on 100 new images")
                .contains("forgets too much on 100 old images", "a fall of 12.50%, 2.00% are allowed");
    }

    @Test
    void shouldNotPromoteWhatIsWorse() {
        GateResult result = verdict.of(comparison(6, 4), Optional.empty(), true);

        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).startsWith("worse on 100 new images: CIDEr-D 4.00, champion 6.00");
    }

    @Test
    void shouldNotPromoteATie() {
        GateResult result = verdict.of(comparison(10, 10), Optional.of(comparison(10, 10)), true);

        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).startsWith("no better on 100 new images: CIDEr-D 10.00, champion 10.00");
    }

    @Test
    void shouldNotPromoteWhatMayBeChance() {
        double[] before = new double[IMAGES];
        double[] after = new double[IMAGES];
        Arrays.fill(before, 5);
        Arrays.setAll(after, image -> image % 2 == 0 ? 7.1 : 3);

        GateResult result = verdict.of(new Comparison(scores(before), scores(after)), Optional.empty(), true);

        assertThat(result.promoted()).isFalse();
        assertThat(result.reason())
                .startsWith("not surely better on 100 new images: CIDEr-D 5.05, champion 5.00")
                .contains("95.0% are needed");
        assertThat(result.metrics().get("fresh.confidence")).isBetween(0.4, 0.8);
    }

    @Test
    void shouldJudgeByNewImagesAloneWhereThereAreNoOldOnes() {
        GateResult result = verdict.of(comparison(4, 6), Optional.empty(), true);

        assertThat(result.promoted()).isTrue();
        assertThat(result.reason()).endsWith("there are no old held-out images, the new ones alone decide");
        assertThat(result.metrics()).doesNotContainKey("old.images");
    }

    @Test
    void shouldSayWhereLossesDoNotCompare() {
        assertThat(verdict.of(comparison(4, 6), Optional.empty(), false).reason())
                .endsWith("their losses do not compare, as they know different words");
    }

    @Test
    void shouldLeaveOutWhatIsNotKnown() {
        SystemScores foreign = new SystemScores(ImmutableDoubleArray.of(1, 2), 1.5, 0.3, 0.1, Double.NaN);

        assertThat(verdict.of(new Comparison(foreign, foreign), Optional.empty(), true)
                        .metrics())
                .doesNotContainKeys("fresh.loss.champion", "fresh.loss.challenger");
    }

    @Test
    void shouldHaveNothingToLoseWhereTheChampionKnewNothing() {
        GateResult result = verdict.of(comparison(4, 6), Optional.of(comparison(0, 0)), true);

        assertThat(result.promoted()).isTrue();
        assertThat(result.metrics()).containsEntry("old.fall", 0.0);
    }

    @Test
    void shouldNotJudgeByTooFewImages() {
        GateResult result = verdict.tooFew(12);

        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).startsWith("too few new images to judge by: 12 are held out, 50 are needed");
        assertThat(result.metrics()).containsOnlyKeys("fresh.images");
    }

    private static Comparison comparison(double champion, double challenger) {
        return new Comparison(scores(same(champion)), scores(same(challenger)));
    }

    private static double[] same(double score) {
        double[] scores = new double[IMAGES];
        Arrays.fill(scores, score);
        return scores;
    }

    private static SystemScores scores(double[] perImage) {
        double mean = Arrays.stream(perImage).sum() / perImage.length;
        return new SystemScores(ImmutableDoubleArray.copyOf(perImage), mean, 0.7, mean / 10, 0.5);
    }
}
