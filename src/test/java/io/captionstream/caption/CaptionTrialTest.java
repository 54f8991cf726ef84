package io.captionstream.caption;

import static io.captionstream.caption.TopologyHarness.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ModelCaption;
import io.captionstream.inference.StaleInputException;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InputSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Versions on trial beside those in service. */
class CaptionTrialTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final TopologyHarness harness = new TopologyHarness(CaptionConfig.defaults());
    private final FakeModel trial = new FakeModel("trial");

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void shouldShareImagesByAHashThatNeverChanges() {
        assertThat(CaptionTrial.bucket("cat-1")).isEqualTo(54);
        assertThat(CaptionTrial.bucket("image-7")).isEqualTo(10);
        assertThat(CaptionTrial.bucket("")).isEqualTo(25);

        CaptionTrial tenth = new CaptionTrial(TrialMode.CANARY, 10, trial, LONG);
        assertThat(IntStream.range(0, 10_000)
                        .filter(image -> tenth.covers("image-" + image))
                        .count())
                .isBetween(900L, 1100L);
        assertThat(new CaptionTrial(TrialMode.CANARY, 11, trial, LONG).covers("image-7"))
                .isTrue();
        assertThat(tenth.covers("image-7")).isFalse();
        assertThat(new CaptionTrial(TrialMode.CANARY, 100, trial, LONG).covers("any"))
                .isTrue();
    }

    @Test
    void shouldCaptionTheShareOfACanaryInTheSteadOfTheVersionInService() {
        tries(TrialMode.CANARY, 50, LONG);
        for (int image = 0; image < 100; image++) {
            harness.send("key", image);
        }

        List<CaptionEvent> captions = harness.captions();
        assertThat(captions).hasSize(100);
        for (int image = 0; image < 100; image++) {
            boolean canary = CaptionTrial.bucket("id-" + image) < 50;
            assertThat(caption(captions.get(image))).isEqualTo(FakeModel.caption(canary ? "trial" : "first", image));
        }
        assertThat(trial.submissions() + harness.first.submissions()).isEqualTo(100);
        assertThat(trial.submissions()).isBetween(30, 70);
        assertThat(harness.tried).hasSize(trial.submissions()).containsOnly("first CANARY CAPTIONED");
        assertThat(harness.shadowRecords()).isEmpty();
    }

    @Test
    void shouldFallBackToTheVersionInServiceWhenACanaryFails() {
        tries(TrialMode.CANARY, 100, LONG);
        trial.manual();
        List<Exception> failures = List.of(
                new InferenceException(InferenceException.Code.MODEL_FAILURE, "it breaks"),
                new InferenceException(InferenceException.Code.UNSUPPORTED_OPTIONS, "no such search"),
                new InferenceException(InferenceException.Code.CLOSED, "the trial is over"),
                new StaleInputException(new InputSpec(2, 2, "stretch"), new InputSpec(3, 3, "stretch")),
                new IllegalStateException("a bug"));
        for (int image = 0; image < failures.size(); image++) {
            harness.send("key", image);
            trial.fail(image, failures.get(image));
        }
        harness.punctuate();

        assertThat(harness.captions())
                .extracting(CaptionTrialTest::caption)
                .containsExactly(
                        FakeModel.caption("first", 0),
                        FakeModel.caption("first", 1),
                        FakeModel.caption("first", 2),
                        FakeModel.caption("first", 3),
                        FakeModel.caption("first", 4));
        assertThat(harness.deadLetterRecords()).isEmpty();
        assertThat(harness.tried).hasSize(5).containsOnly("first CANARY FAILED");
    }

    @Test
    void shouldFallBackToTheVersionInServiceWhenACanaryTakesTooLong() {
        tries(TrialMode.CANARY, 100, SHORT);
        trial.manual();
        harness.send("key", 1);

        assertThat(awaitCaptions(1))
                .extracting(CaptionTrialTest::caption)
                .containsExactly(FakeModel.caption("first", 1));
        assertThat(trial.pending()).as("withdrawn").isEmpty();
        assertThat(harness.tried).containsExactly("first CANARY LATE");
    }

    @Test
    void shouldRejectWhatBothTheCanaryAndTheVersionInServiceFailOn() {
        tries(TrialMode.CANARY, 100, LONG);
        trial.manual();
        harness.first.manual();
        harness.send("key", 1);
        trial.fail(1, new InferenceException(InferenceException.Code.MODEL_FAILURE, "poison for one"));
        harness.first.fail(1, new InferenceException(InferenceException.Code.MODEL_FAILURE, "poison for both"));
        harness.punctuate();

        assertThat(harness.deadLetterRecords()).singleElement().satisfies(letter -> assertThat(
                        TopologyHarness.header(letter, "captionstream.error.reason"))
                .isEqualTo("poison for both"));
    }

    @Test
    void shouldWriteTheCaptionsOfAShadowBesideThoseInService() {
        tries(TrialMode.SHADOW, 100, LONG);
        harness.send("key", event(7).build());

        CaptionEvent live = harness.captions().get(0);
        assertThat(live.getCaptions())
                .extracting(ModelCaption::getCaption)
                .containsExactly(FakeModel.caption("first", 7), FakeModel.caption("second", 7));
        var shadows = harness.shadowRecords();
        assertThat(shadows).hasSize(1);
        assertThat(shadows.get(0).key()).isEqualTo("key".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        CaptionEvent shadow = FakeCodec.decode(shadows.get(0).value());
        assertThat(shadow.getId()).isEqualTo("id-7");
        assertThat(shadow.getOrigin()).isEqualTo(live.getOrigin());
        assertThat(shadow.getImage()).isEqualTo(live.getImage());
        assertThat(shadow.getCaptions())
                .extracting(ModelCaption::getCaption)
                .containsExactly(FakeModel.caption("trial", 7));
        assertThat(harness.tried).containsExactly("first SHADOW CAPTIONED");
        assertThat(harness.inFlight()).isEmpty();
    }

    @Test
    void shouldShadowOnlyModelsThatWereAskedAndImagesOfItsShare() {
        tries(TrialMode.SHADOW, 100, LONG);
        harness.send("key", event(1).setModels(List.of("second")).build());
        tries(TrialMode.SHADOW, CaptionTrial.bucket("id-2"), LONG);
        harness.send("key", 2);
        assertThat(harness.shadowRecords()).isEmpty();

        tries(TrialMode.SHADOW, CaptionTrial.bucket("id-2") + 1, LONG);
        harness.send("key", 2);
        assertThat(harness.shadowRecords()).hasSize(1);
        assertThat(harness.captions()).hasSize(3);
    }

    @Test
    void shouldPutTheShadowsOfAllModelsInOneEvent() {
        tries(TrialMode.SHADOW, 100, LONG);
        FakeModel other = new FakeModel("other-trial");
        harness.trials.put("second", new CaptionTrial(TrialMode.SHADOW, 100, other, LONG));
        harness.send("key", event(1).build());

        assertThat(harness.shadowRecords()).singleElement().satisfies(shadow -> assertThat(
                        FakeCodec.decode(shadow.value()).getCaptions())
                .extracting(ModelCaption::getCaption)
                .containsExactly(FakeModel.caption("trial", 1), FakeModel.caption("other-trial", 1)));
    }

    @Test
    void shouldNotLetAShadowFailAnImage() {
        tries(TrialMode.SHADOW, 100, LONG);
        trial.manual();
        harness.send("key", 1);
        trial.fail(1, new InferenceException(InferenceException.Code.OUT_OF_MEMORY, "no room"));
        harness.punctuate();

        assertThat(harness.captionedIds()).containsExactly("id-1");
        assertThat(harness.shadowRecords()).isEmpty();
        assertThat(harness.deadLetterRecords()).isEmpty();
        assertThat(harness.tried).containsExactly("first SHADOW FAILED");
    }

    @Test
    void shouldNotWaitForAShadowLongerThanItsPatience() {
        tries(TrialMode.SHADOW, 100, SHORT);
        trial.manual();
        harness.send("key", 1);

        assertThat(awaitCaptions(1)).extracting(CaptionEvent::getId).containsExactly("id-1");
        assertThat(trial.pending()).as("withdrawn").isEmpty();
        assertThat(harness.shadowRecords()).isEmpty();
        assertThat(harness.tried).containsExactly("first SHADOW LATE");
    }

    @Test
    void shouldWriteNoShadowOfADeadLetter() {
        tries(TrialMode.SHADOW, 100, LONG);
        harness.first.manual();
        harness.send("key", 1);
        harness.first.fail(1, new InferenceException(InferenceException.Code.MODEL_FAILURE, "poison"));
        harness.punctuate();

        assertThat(harness.deadLetterRecords()).hasSize(1);
        assertThat(harness.shadowRecords()).isEmpty();
    }

    @Test
    void shouldWriteAShadowOnceWhenTheRegistryIsAwayMeanwhile() {
        tries(TrialMode.SHADOW, 100, LONG);
        trial.manual();
        harness.send("key", 1);
        harness.codec.down(true);
        trial.finish(1);
        harness.punctuate();
        assertThat(harness.captionedIds()).isEmpty();

        harness.codec.down(false);
        harness.ticker.advance(Duration.ofMinutes(1));
        harness.punctuate();
        harness.punctuate();

        assertThat(harness.captionedIds()).containsExactly("id-1");
        assertThat(harness.shadowRecords()).hasSize(1);
        assertThat(trial.submissions()).isOne();
    }

    @Test
    void shouldFinishWhatATrialHasBegunWhenItEnds() {
        tries(TrialMode.CANARY, 100, LONG);
        trial.manual();
        harness.send("key", 1);
        harness.trials.clear();
        harness.send("key", 2);
        trial.finish(1);
        harness.punctuate();

        assertThat(harness.captions())
                .extracting(CaptionTrialTest::caption)
                .containsExactly(FakeModel.caption("trial", 1), FakeModel.caption("first", 2));
    }

    @Test
    void shouldPrepareImagesForATrialThatTakesOthers() {
        trial.input(new InputSpec(3, 3, "stretch"));
        tries(TrialMode.SHADOW, 100, LONG);
        harness.send("key", 1);

        assertThat(harness.images.loads()).isOne();
        assertThat(harness.captionedIds()).containsExactly("id-1");
        assertThat(harness.shadowRecords()).hasSize(1);
    }

    private void tries(TrialMode mode, int percentage, Duration patience) {
        harness.trials.put("first", new CaptionTrial(mode, percentage, trial, patience));
    }

    private static String caption(CaptionEvent event) {
        return event.getCaptions().get(0).getCaption();
    }

    private List<CaptionEvent> awaitCaptions(int count) {
        List<CaptionEvent> captions = new ArrayList<>();
        await().pollInSameThread().atMost(LIMIT).until(() -> {
            harness.punctuate();
            captions.addAll(harness.captions());
            return captions.size() >= count;
        });
        return captions;
    }
}
