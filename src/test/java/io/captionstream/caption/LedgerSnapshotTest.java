package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.ImmutableLongArray;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LedgerSnapshotTest {
    private static final String STREAMS = "AgAAAZ+9sYvZAAAAAA==";

    @Test
    void shouldLeaveAPlainOffsetToKafkaStreams() {
        assertThat(LedgerSnapshot.at(41).encode(STREAMS)).isEqualTo(STREAMS);
        assertThat(LedgerSnapshot.decode(41, STREAMS)).isEqualTo(LedgerSnapshot.at(41));
        assertThat(LedgerSnapshot.decode(41, "")).isEqualTo(LedgerSnapshot.at(41));
        assertThat(LedgerSnapshot.streamsMetadata(STREAMS)).isEqualTo(STREAMS);
    }

    @Test
    void shouldReadWhatItWrites() {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            LedgerSnapshot snapshot = random(random, random.nextInt(50), 1 + random.nextInt(5000));
            String text = snapshot.encode(STREAMS);
            assertThat(LedgerSnapshot.decode(snapshot.base(), text)).isEqualTo(snapshot);
            assertThat(LedgerSnapshot.streamsMetadata(text)).isEqualTo(STREAMS);
        }
    }

    @Test
    void shouldFitIntoTheMetadataOfAnOffset() {
        Random random = new Random(8);
        for (int round = 0; round < 200; round++) {
            LedgerSnapshot snapshot = random(random, InFlightLimits.MAX_COUNT, 1_000_000);
            assertThat(snapshot.encode(STREAMS + STREAMS)).hasSizeLessThanOrEqualTo(4096);
        }
    }

    @Test
    void shouldKnowEventsInARowAtTheEndWithoutListingThem() {
        ImmutableLongArray open =
                ImmutableLongArray.copyOf(LongStream.concat(LongStream.of(10, 15), LongStream.range(20, 5000)));
        LedgerSnapshot snapshot = new LedgerSnapshot(10, 5000, open, 0, 10, LedgerSnapshot.NONE, 0);

        String text = snapshot.encode(STREAMS);

        assertThat(LedgerSnapshot.decode(10, text)).isEqualTo(snapshot);
        assertThat(text).hasSizeLessThan(50);
    }

    private static LedgerSnapshot random(Random random, int count, int maxGap) {
        long base = random.nextLong(1L << 50);
        ImmutableLongArray.Builder open = ImmutableLongArray.builder();
        long last = base;
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                last += 1 + random.nextInt(maxGap);
            }
            open.add(last);
        }
        return new LedgerSnapshot(
                base,
                last + 1 + random.nextInt(maxGap),
                open.build(),
                random.nextInt(10),
                base + random.nextInt(4000),
                random.nextBoolean() ? LedgerSnapshot.NONE : base + random.nextInt(100),
                random.nextInt(3));
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() {
        assertThatThrownBy(() -> LedgerSnapshot.decode(1, "cs2:AAAA:" + STREAMS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("later version");
        assertThatThrownBy(() -> LedgerSnapshot.decode(1, "cs1:!!:" + STREAMS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("damaged");
        String whole = random(new Random(9), 20, 50).encode(STREAMS);
        for (int cut = 5; cut < whole.indexOf(':', 5); cut++) {
            String damaged = whole.substring(0, cut) + ":" + STREAMS;
            assertThatThrownBy(() -> LedgerSnapshot.decode(1, damaged)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
