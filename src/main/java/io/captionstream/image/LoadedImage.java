package io.captionstream.image;

import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.util.Map;

/**
 * An image that was fetched and decoded.
 *
 * @param width columns of the whole image as it is to be looked at, after its EXIF orientation
 * @param height rows, likewise
 * @param format lower-case name of the format: jpeg, png, gif, bmp or webp
 * @param digest SHA-256 of the encoded bytes, 64 lower-case hexadecimal digits
 * @param bytes number of encoded bytes
 * @param pixels RGB, 8 bit, row-major, height * width * 3 bytes per geometry; the arrays are the caller's
 * @param fetchTime from the start of the fetch to its last byte, retries included, waiting for a thread not included;
 *     zero for inline bytes
 * @param decodeTime decoding and resizing, waiting for a thread not included
 */
public record LoadedImage(
        int width,
        int height,
        String format,
        String digest,
        long bytes,
        Map<ImageGeometry, byte[]> pixels,
        Duration fetchTime,
        Duration decodeTime) {
    public LoadedImage {
        pixels = ImmutableMap.copyOf(pixels);
    }
}
