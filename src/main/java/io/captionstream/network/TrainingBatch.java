package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Captioned images of one training step. Treated as immutable. */
public sealed interface TrainingBatch {
    /**
     * {@code B} captions as token numbers without start and end; the end is added where the caption has room for it within
     * the network's length, what is longer is cut.
     */
    int[][] tokens();

    /** The examples from one to before another. */
    TrainingBatch range(int from, int to);

    default int size() {
        return tokens().length;
    }

    /**
     * Cuts into parts that differ in size by one at most. Fewer than asked for if there are fewer examples.
     *
     * @param parts at least 1
     */
    default List<TrainingBatch> cut(int parts) {
        checkArgument(parts > 0, "parts must be positive: %s", parts);
        int count = Math.min(parts, size());
        List<TrainingBatch> cut = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            cut.add(range(size() * part / count, size() * (part + 1) / count));
        }
        return cut;
    }

    /**
     * Images as bytes.
     *
     * @param rgb direct, {@code [B, H, W, 3]} from its position to its limit
     */
    record Pixels(ByteBuffer rgb, int[][] tokens) implements TrainingBatch {
        public Pixels {
            checkArgument(rgb.isDirect(), "the pixels must be in a direct buffer");
            checkArgument(tokens.length > 0, "a batch has at least one example");
            checkArgument(
                    rgb.remaining() % tokens.length == 0,
                    "%s bytes are not %s images of one size",
                    rgb.remaining(),
                    tokens.length);
        }

        @Override
        public TrainingBatch range(int from, int to) {
            int bytes = rgb.remaining() / size();
            return new Pixels(
                    rgb.slice(rgb.position() + from * bytes, (to - from) * bytes), captions(tokens, from, to));
        }
    }

    /**
     * What an encoder that does not learn made of the images, see {@link TrainingGraph#features}: saves its work in every
     * epoch after the first.
     *
     * @param rows {@code [B, F]}
     */
    @SuppressWarnings("ArrayRecordComponent") // carries rows into a step, never compared
    record Features(float[] rows, int[][] tokens) implements TrainingBatch {
        public Features {
            checkArgument(tokens.length > 0, "a batch has at least one example");
            checkArgument(
                    rows.length % tokens.length == 0,
                    "%s numbers are not %s rows of one length",
                    rows.length,
                    tokens.length);
        }

        @Override
        public TrainingBatch range(int from, int to) {
            int length = rows.length / size();
            return new Features(Arrays.copyOfRange(rows, from * length, to * length), captions(tokens, from, to));
        }
    }

    private static int[][] captions(int[][] tokens, int from, int to) {
        return Arrays.copyOfRange(tokens, from, to);
    }
}
