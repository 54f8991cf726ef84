package io.captionstream.training;

import java.nio.ByteBuffer;

/**
 * What one training step takes.
 *
 * @param rgb direct, {@code [B, H, W, 3]} bytes
 * @param tokens {@code B} captions without start and end
 */
record Batch(ByteBuffer rgb, int[][] tokens) {
    int size() {
        return tokens.length;
    }
}
