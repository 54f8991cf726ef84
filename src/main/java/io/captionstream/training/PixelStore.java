package io.captionstream.training;

import static java.util.Objects.requireNonNull;

import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageException;
import io.captionstream.image.ImageGeometry;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Decoded images of a dataset. Those that fit into the memory it may use are decoded once, the others every time they
 * are needed. Safe for use from several threads.
 */
final class PixelStore {
    private final List<CaptionedImage> images;
    private final ImageDecoder decoder;
    private final ImageGeometry geometry;
    private final AtomicReferenceArray<byte[]> kept;
    private final AtomicLong room;

    /** @param memory bytes of pixels kept */
    PixelStore(List<CaptionedImage> images, ImageDecoder decoder, ImageGeometry geometry, long memory) {
        this.images = List.copyOf(images);
        this.decoder = requireNonNull(decoder, "decoder is null");
        this.geometry = requireNonNull(geometry, "geometry is null");
        this.kept = new AtomicReferenceArray<>(images.size());
        this.room = new AtomicLong(memory);
    }

    ImageGeometry geometry() {
        return geometry;
    }

    /**
     * RGB of an image, {@code [H, W, 3]}. The caller must not write to the array.
     *
     * @throws MalformedDatasetException if the image cannot be decoded; names its file
     * @throws IOException if its file cannot be read
     */
    byte[] pixels(int image) throws IOException {
        byte[] pixels = kept.get(image);
        if (pixels == null) {
            pixels = decode(images.get(image));
            if (room.addAndGet(-pixels.length) >= 0) {
                kept.set(image, pixels);
            } else {
                room.addAndGet(pixels.length);
            }
        }
        return pixels;
    }

    private byte[] decode(CaptionedImage image) throws IOException {
        byte[] encoded = Files.readAllBytes(image.file());
        try {
            return requireNonNull(
                    decoder.decode(encoded, Set.of(geometry)).pixels().get(geometry));
        } catch (ImageException e) {
            throw new MalformedDatasetException("%s cannot be used: %s".formatted(image.file(), e.getMessage()), e);
        }
    }
}
