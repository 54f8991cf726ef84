package io.captionstream.image;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * A decoded image in every geometry asked for.
 *
 * @param width columns of the whole image as it is to be looked at, after its EXIF orientation
 * @param height rows, likewise
 * @param format lower-case name of the format: jpeg, png, gif, bmp or webp
 * @param pixels RGB, 8 bit, row-major, height * width * 3 bytes per geometry
 */
public record DecodedImage(int width, int height, String format, Map<ImageGeometry, byte[]> pixels) {
    public DecodedImage {
        pixels = ImmutableMap.copyOf(pixels);
    }
}
