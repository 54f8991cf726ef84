package io.captionstream.labels;

import static io.captionstream.labels.Pairs.key;
import static io.captionstream.labels.Pairs.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.captionstream.event.LabeledPair;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelRulesTest {
    private static final String URI = "https://example.org/1.jpg";

    private final LabelRules rules = new LabelRules(Pairs::decode, 100);

    @Test
    void shouldTakeAPair() throws RefusedLabelException {
        Label label = rules.label(key("1"), pair("1", URI, "A red circle.", "Circle, red"));

        assertThat(label.id()).isEqualTo("1");
        assertThat(label.image().uri()).isEqualTo(URI);
        assertThat(label.captions()).containsExactly("A red circle.", "Circle, red");
    }

    @Test
    void shouldTakeTheCaptionsOfAPairThatCanBeLearned() throws RefusedLabelException {
        Label label = rules.label(key("1"), pair("1", URI, "", "a dog", words(10_000), "a dog", "?!"));

        assertThat(label.captions()).containsExactly("a dog");
    }

    @Test
    void shouldRefuseEmptyCaptions() {
        assertThat(refusal("1", pair("1", URI))).isEqualTo(LabelOutcome.NO_CAPTION);
        assertThat(refusal("1", pair("1", URI, "", "  ", "..."))).isEqualTo(LabelOutcome.NO_CAPTION);
    }

    @Test
    void shouldRefuseACaptionOfTenThousandWords() {
        assertThat(refusal("1", pair("1", URI, words(10_000)))).isEqualTo(LabelOutcome.CAPTION_TOO_LONG);
        assertThat(refusal("1", pair("1", URI, words(101)))).isEqualTo(LabelOutcome.CAPTION_TOO_LONG);
    }

    @Test
    void shouldRefuseAWordOfMegabytes() {
        assertThat(refusal("1", pair("1", URI, "a".repeat(5_000_000)))).isEqualTo(LabelOutcome.CAPTION_TOO_LONG);
    }

    @Test
    void shouldRefuseThousandsOfCaptions() {
        byte[] value = Pairs.encode(LabeledPair.newBuilder()
                .setId("1")
                .setUri(URI)
                .setCaptions(Collections.nCopies(5_000, "a dog"))
                .build());

        assertThat(refusal("1", value)).isEqualTo(LabelOutcome.TOO_MANY_CAPTIONS);
    }

    @Test
    void shouldTakeACaptionInAnotherScript() throws RefusedLabelException {
        assertThat(rules.label(key("1"), pair("1", URI, "большой красный круг")).captions())
                .containsExactly("большой красный круг");
    }

    @Test
    void shouldRefuseWhatIsNoPair() {
        assertThat(refusal("1", new byte[] {1, 2, 3})).isEqualTo(LabelOutcome.UNDECODABLE_PAIR);
        assertThat(refusal("1", new byte[0])).isEqualTo(LabelOutcome.UNDECODABLE_PAIR);
    }

    @Test
    void shouldRefuseAKeyThatIsNotTheId() {
        assertThat(refusal("2", pair("1", URI, "a dog"))).isEqualTo(LabelOutcome.INVALID_PAIR);
        assertThat(refusal(" ", pair(" ", URI, "a dog"))).isEqualTo(LabelOutcome.INVALID_PAIR);
        assertThat(catchThrowableOfType(RefusedLabelException.class, () -> rules.label(null, pair("1", URI, "a dog")))
                        .outcome())
                .isEqualTo(LabelOutcome.INVALID_PAIR);
    }

    @Test
    void shouldRefuseAnImageThatIsNowhereOrTwice() {
        LabeledPair.Builder pair = LabeledPair.newBuilder().setId("1").setCaptions(List.of("a dog"));

        assertThat(refusal("1", Pairs.encode(pair.build()))).isEqualTo(LabelOutcome.INVALID_PAIR);
        pair.setUri(URI).setContent(ByteBuffer.allocate(3));
        assertThat(refusal("1", Pairs.encode(pair.build()))).isEqualTo(LabelOutcome.INVALID_PAIR);
    }

    private LabelOutcome refusal(String key, byte[] value) {
        return catchThrowableOfType(RefusedLabelException.class, () -> rules.label(key(key), value))
                .outcome();
    }

    private static String words(int count) {
        return String.join(" ", Collections.nCopies(count, "dog"));
    }
}
