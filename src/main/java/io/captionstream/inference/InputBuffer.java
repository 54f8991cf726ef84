package io.captionstream.inference;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The pixels of the images that go to the model next, in a direct buffer that is kept for those after them. It grows with
 * the batches, and is let go of when memory runs out. Not safe for use by many threads.
 */
final class InputBuffer {
    private static final ByteBuffer NONE = ByteBuffer.allocateDirect(0);

    private final IntFunction<ByteBuffer> allocator;
    private ByteBuffer buffer = NONE;

    InputBuffer() {
        this(ByteBuffer::allocateDirect);
    }

    InputBuffer(IntFunction<ByteBuffer> allocator) {
        this.allocator = requireNonNull(allocator, "allocator is null");
    }

    /**
     * Lays images out one after another, and fills up with blank ones.
     *
     * @param imageBytes of each image
     * @param paddedSize number of images with the blank ones
     * @return valid until the next call
     * @throws OutOfMemoryError if there is no memory for so many images; the next call may be for fewer
     */
    ByteBuffer fill(List<PendingImage> images, int imageBytes, int paddedSize) {
        int bytes = Math.multiplyExact(paddedSize, imageBytes);
        if (buffer.capacity() < bytes) {
            // First, or both would have to fit.
            release();
            buffer = allocator.apply(bytes);
        }
        buffer.clear().limit(bytes);
        for (PendingImage image : images) {
            buffer.put(image.pixels());
        }
        // What an earlier batch left there may be the very image that breaks the model.
        byte[] blank = new byte[imageBytes];
        while (buffer.hasRemaining()) {
            buffer.put(blank);
        }
        return buffer.flip();
    }

    void release() {
        buffer = NONE;
    }
}
