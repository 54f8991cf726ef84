package io.captionstream.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.common.hash.Hashing;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.ReleasedVersion;
import io.captionstream.event.Trial;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReleasesTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void shouldHaveNoHistoryAtFirst() {
        ModelRelease first = Releases.promote(null, release("1"));

        assertThat(first.getVersion()).isEqualTo("1");
        assertThat(first.getHistory()).isEmpty();
        assertThat(first.getTrial()).isNull();
    }

    @Test
    void shouldRememberEachEarlierVersionOnceNewestFirst() {
        assertThat(history(released("1", "2", "3"))).containsExactly("2", "1");
        assertThat(history(released("1", "2", "1", "3"))).containsExactly("1", "2");
    }

    @Test
    void shouldForgetTheOldestVersions() {
        ModelRelease current = released("0");
        for (int version = 1; version <= 50; version++) {
            current = Releases.promote(current, release(Integer.toString(version)));
        }

        assertThat(history(current)).hasSize(10).startsWith("49", "48").endsWith("40");
    }

    @Test
    void shouldGoBackToTheVersionBefore() {
        ModelRelease back = Releases.rollback(released("1", "2", "3"), null, "3 is bad", NOW);

        assertThat(back.getVersion()).isEqualTo("2");
        assertThat(back.getDigest()).isEqualTo(digest("2"));
        assertThat(back.getBundleUri()).isEqualTo("file:/store/2");
        assertThat(back.getReason()).isEqualTo("3 is bad");
        assertThat(back.getReleasedAt()).isEqualTo(NOW);
    }

    @Test
    void shouldNotGoBackToWhatFailedWhenGoingBackAgain() {
        ModelRelease once = Releases.rollback(released("1", "2", "3"), null, "", NOW);
        ModelRelease twice = Releases.rollback(once, null, "", NOW);

        assertThat(twice.getVersion()).isEqualTo("1");
        assertThat(history(twice)).containsExactlyInAnyOrder("2", "3");
    }

    @Test
    void shouldGoBackToAGivenVersion() {
        ModelRelease back = Releases.rollback(released("1", "2", "3"), "1", "", NOW);

        assertThat(back.getVersion()).isEqualTo("1");
        assertThat(history(back)).containsExactly("2", "3");
    }

    @Test
    void shouldSayWhatThereIsToGoBackTo() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Releases.rollback(released("1", "2"), "7", "", NOW))
                .withMessage("m cannot go back to version 7: the versions before 2 are [1]");
        assertThatIllegalStateException()
                .isThrownBy(() -> Releases.rollback(released("1"), null, "", NOW))
                .withMessage("m cannot go back: the versions before 1 are []");
    }

    @Test
    void shouldTryAVersionBesideTheOneInService() {
        ModelRelease current = released("1", "2");
        ModelRelease tried = Releases.startTrial(current, trial("3", Releases.CANARY, 5), "try it");

        assertThat(tried.getVersion()).isEqualTo("2");
        assertThat(tried.getTrial().getVersion()).isEqualTo("3");
        assertThat(history(tried)).containsExactly("1");
        assertThat(Releases.endTrial(tried, "done").getTrial()).isNull();
    }

    @Test
    void shouldPromoteTheVersionOnTrial() {
        ModelRelease tried = Releases.startTrial(released("1", "2"), trial("3", Releases.SHADOW, 100), "");

        ModelRelease promoted = Releases.promoteTrial(tried, "better", NOW);

        assertThat(promoted.getVersion()).isEqualTo("3");
        assertThat(promoted.getTrial()).isNull();
        assertThat(history(promoted)).containsExactly("2", "1");
    }

    @Test
    void shouldKeepTheTrialThroughThePromotionOfAnother() {
        ModelRelease tried = Releases.startTrial(released("1"), trial("3", Releases.SHADOW, 100), "");

        assertThat(Releases.promote(tried, release("2")).getTrial().getVersion())
                .isEqualTo("3");
        assertThat(Releases.promote(tried, release("3")).getTrial()).isNull();
    }

    @Test
    void shouldEndTheTrialWithARollback() {
        ModelRelease tried = Releases.startTrial(released("1", "2"), trial("3", Releases.CANARY, 5), "");

        assertThat(Releases.rollback(tried, null, "", NOW).getTrial()).isNull();
    }

    @Test
    void shouldRefuseATrialThatCannotBe() {
        ModelRelease current = released("1");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Releases.startTrial(current, trial("1", Releases.CANARY, 5), ""))
                .withMessageContaining("in service already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Releases.startTrial(current, trial("2", "mirror", 5), ""))
                .withMessageContaining("mirror");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Releases.startTrial(current, trial("2", Releases.CANARY, 0), ""))
                .withMessageContaining("between 1 and 100");
        assertThatIllegalStateException()
                .isThrownBy(() -> Releases.promoteTrial(current, "", NOW))
                .withMessageContaining("no version on trial");
    }

    private static ModelRelease released(String... versions) {
        ModelRelease current = null;
        for (String version : versions) {
            current = Releases.promote(current, release(version));
        }
        return current;
    }

    private static ModelRelease release(String version) {
        return ModelRelease.newBuilder()
                .setModel("m")
                .setVersion(version)
                .setBundleUri("file:/store/" + version)
                .setDigest(digest(version))
                .setReleasedAt(Instant.EPOCH)
                .build();
    }

    private static Trial trial(String version, String mode, int percentage) {
        return Trial.newBuilder()
                .setVersion(version)
                .setBundleUri("file:/store/" + version)
                .setDigest(digest(version))
                .setMode(mode)
                .setPercentage(percentage)
                .setStartedAt(Instant.EPOCH)
                .build();
    }

    private static String digest(String version) {
        return Hashing.sha256().hashString(version, StandardCharsets.UTF_8).toString();
    }

    private static List<String> history(ModelRelease release) {
        return release.getHistory().stream().map(ReleasedVersion::getVersion).toList();
    }
}
