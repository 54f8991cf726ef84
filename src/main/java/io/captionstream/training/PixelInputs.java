package io.captionstream.training;

import static java.util.Objects.requireNonNull;

import io.captionstream.network.TrainingBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/** Batches of pixels, decoded by all cores. */
record PixelInputs(PixelStore pixels) implements BatchInputs {
    PixelInputs {
        requireNonNull(pixels, "pixels is null");
    }

    @Override
    public TrainingBatch batch(int[] images, int[][] tokens) throws IOException {
        return new TrainingBatch.Pixels(rgb(images), tokens);
    }

    /** Direct, {@code [B, H, W, 3]}. */
    ByteBuffer rgb(int[] images) throws IOException {
        int pixelBytes = pixels.geometry().pixelBytes();
        ByteBuffer rgb = ByteBuffer.allocateDirect(Math.multiplyExact(images.length, pixelBytes));
        try {
            IntStream.range(0, images.length).parallel().forEach(row -> rgb.put(row * pixelBytes, read(images[row])));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return rgb;
    }

    private byte[] read(int image) {
        try {
            return pixels.pixels(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
