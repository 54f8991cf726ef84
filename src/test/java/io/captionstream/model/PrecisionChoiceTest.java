package io.captionstream.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrecisionChoiceTest {
    @ParameterizedTest
    @CsvSource({
        "fp32, 0.99, 1.0, 1000, false, true, fp32, configured",
        "auto, 0.99, 1.0, 1000, true, true, fp32, the model runs on a GPU",
        "auto, 0.99, 1.0, 1000, false, false, fp32, the processor has no instructions for bfloat16",
        "auto, 0.99, 0.99, 1000, false, true, bf16, 99.00% of 1000 captions stay the same",
        "bf16, 0.99, 0.995, 200, false, false, bf16, 99.50% of 200 captions stay the same",
        "bf16, 0.99, 0.985, 200, false, true, fp32, 'in bfloat16 only 98.50% of 200 captions stay the same, at least 99.00% must'",
        "bf16, 0.98, 0.985, 200, false, true, bf16, 98.50% of 200 captions stay the same",
        "bf16, 0.99, 1.0, 99, false, true, fp32, '99 images are too few to tell how many captions stay the same in bfloat16, 100 would do'",
        "auto, 0.99, , 0, false, true, fp32, the bundle does not say how many of its captions stay the same in bfloat16; 'reexport --data' measures it",
        "auto, 0, , 0, false, true, bf16, forced",
        "bf16, 0, 0.1, 500, false, false, bf16, forced"
    })
    void shouldTakeBfloat16OnlyWhereCaptionsStayTheSame(
            String precision,
            double least,
            @Nullable Double share,
            int images,
            boolean gpu,
            boolean instructions,
            String expected,
            String reason) {
        CaptionerConfig config = CaptionerConfig.of("auto", precision, 0).withBfloat16Agreement(least);
        Bfloat16Agreement agreement = share == null ? null : new Bfloat16Agreement(share, images);

        PrecisionChoice choice = PrecisionChoice.of(config, agreement, gpu, instructions);

        assertThat(choice.precision()).isEqualTo(expected);
        assertThat(choice.reason()).isEqualTo(reason);
    }
}
