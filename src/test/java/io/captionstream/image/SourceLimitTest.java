package io.captionstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourceLimitTest {
    @Test
    void shouldDoubleWithEachRoundTripWhileItIsUsedUp() {
        SourceLimit limit = new SourceLimit(64);

        assertThat(limit.get()).isEqualTo(4);
        roundTrip(limit);
        assertThat(limit.get()).isEqualTo(8);
        for (int i = 0; i < 4; i++) {
            roundTrip(limit);
        }
        assertThat(limit.get()).isEqualTo(64);
    }

    @Test
    void shouldNotGrowWhenItIsNotUsedUp() {
        SourceLimit limit = new SourceLimit(64);

        for (int i = 0; i < 1000; i++) {
            limit.started(3);
            limit.answered(3);
        }

        assertThat(limit.get()).isEqualTo(4);
    }

    @Test
    void shouldFallBackToTwiceOfWhatIsInUse() {
        SourceLimit limit = new SourceLimit(64);
        for (int i = 0; i < 4; i++) {
            roundTrip(limit);
        }

        for (int i = 0; i < 200; i++) {
            limit.started(6);
            limit.answered(6);
        }

        assertThat(limit.get()).isEqualTo(12);
    }

    @Test
    void shouldBeHalvedByFailuresDownToOneAndRecover() {
        SourceLimit limit = new SourceLimit(64);

        limit.failed();
        assertThat(limit.get()).isEqualTo(2);
        for (int i = 0; i < 10; i++) {
            limit.failed();
        }
        assertThat(limit.get()).isEqualTo(1);

        for (int i = 0; i < 6; i++) {
            roundTrip(limit);
        }
        assertThat(limit.get()).isEqualTo(64);
    }

    @Test
    void shouldNeverExceedItsMaximum() {
        SourceLimit limit = new SourceLimit(3);

        assertThat(limit.get()).isEqualTo(3);
        roundTrip(limit);
        assertThat(limit.get()).isEqualTo(3);
    }

    /** As many answers as may run, each followed by the next one's start. */
    private static void roundTrip(SourceLimit limit) {
        int begun = limit.get();
        for (int i = 0; i < begun; i++) {
            limit.started(limit.get());
            limit.answered(limit.get());
        }
    }
}
