package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;
import static io.captionstream.image.ImageErrorCode.CORRUPT_IMAGE;
import static io.captionstream.image.ImageErrorCode.EMPTY_IMAGE;
import static io.captionstream.image.ImageErrorCode.OUT_OF_MEMORY;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_BYTES;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_PIXELS;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.captionstream.image.Bitmap.Grid;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Turns encoded bytes into pixels: JPEG, PNG, GIF (first frame), BMP and WebP, decoded once and resized for every
 * geometry. Training and serving use the same decoder, so that a model sees the same pixels in both.
 *
 * <p>The result is RGB of 8 bits, in EXIF orientation, transparency in front of white, colour profiles not applied. The
 * same bytes give the same pixels always. Stateless but for its limits, safe for any number of threads.
 *
 * <p>Images at least four times as large as the largest geometry are decoded at every nth pixel only, such that at least
 * twice the wanted resolution remains for the antialiased resize.
 */
public final class ImageDecoder {
    private static final int OVERSAMPLING = 2;

    private final long maxBytes;
    private final long maxPixels;

    /** With the limits that the service has unless it is configured otherwise. */
    public static ImageDecoder withDefaultLimits() {
        return new ImageDecoder(ImageConfig.DEFAULT_MAX_BYTES, ImageConfig.DEFAULT_MAX_PIXELS);
    }

    /**
     * Sets the limits.
     *
     * @param maxBytes largest encoded image, in bytes
     * @param maxPixels largest image, in pixels as its header says
     */
    public ImageDecoder(long maxBytes, long maxPixels) {
        checkArgument(maxBytes >= 1, "maxBytes must be positive: %s", maxBytes);
        checkArgument(maxPixels >= 1, "maxPixels must be positive: %s", maxPixels);
        this.maxBytes = maxBytes;
        this.maxPixels = maxPixels;
    }

    /**
     * Decodes an image.
     *
     * @param geometries at least one
     * @throws ImageException {@code EMPTY_IMAGE}, {@code TOO_MANY_BYTES}, {@code NOT_AN_IMAGE}, {@code TOO_MANY_PIXELS},
     *     {@code UNSUPPORTED_IMAGE}, {@code CORRUPT_IMAGE}, {@code OUT_OF_MEMORY}
     */
    public DecodedImage decode(byte[] encoded, Set<ImageGeometry> geometries) throws ImageException {
        return open(encoded, geometries).decode();
    }

    /** Reads and checks the header; nothing in proportion to the image's size is allocated before the checks. */
    OpenImage open(byte[] encoded, Set<ImageGeometry> geometries) throws ImageException {
        checkArgument(!geometries.isEmpty(), "geometries is empty");
        if (encoded.length == 0) {
            throw ImageException.decode(EMPTY_IMAGE, "The image has no bytes");
        }
        if (encoded.length > maxBytes) {
            throw ImageException.decode(
                    TOO_MANY_BYTES, "The image has " + encoded.length + " bytes, the limit is " + maxBytes);
        }
        EncodedImage image = readHeader(encoded);
        if (image.width() < 1 || image.height() < 1) {
            throw ImageException.decode(
                    CORRUPT_IMAGE, "The " + image.format() + "'s size is " + image.width() + " x " + image.height());
        }
        long pixels = (long) image.width() * image.height();
        if (pixels > maxPixels) {
            throw ImageException.decode(
                    TOO_MANY_PIXELS,
                    "The image has " + image.width() + " x " + image.height() + " = " + pixels
                            + " pixels, the limit is " + maxPixels);
        }
        return new OpenImage(image, ImmutableSet.copyOf(geometries));
    }

    private static EncodedImage readHeader(byte[] encoded) throws ImageException {
        ImageFormat format = ImageFormat.sniff(encoded);
        return guard(format, () -> switch (format) {
            case JPEG -> new JpegImage(encoded);
            case PNG -> new PngImage(encoded);
            case GIF, BMP, WEBP -> PluginImage.open(format, encoded);
        });
    }

    @FunctionalInterface
    private interface Decoding<T> {
        T run() throws ImageException, IOException;
    }

    private static <T> T guard(ImageFormat format, Decoding<T> decoding) throws ImageException {
        try {
            return decoding.run();
        } catch (IOException | RuntimeException e) {
            // Decoders report damage by whatever exception it makes them trip over.
            throw ImageException.decode(
                    CORRUPT_IMAGE,
                    "The " + format + " is damaged or truncated: "
                            + Redaction.printable(String.valueOf(e.getMessage())),
                    e);
        } catch (OutOfMemoryError e) {
            throw ImageException.decode(OUT_OF_MEMORY, "There is no memory left to decode the " + format, e);
        }
    }

    /** An image whose header passed the checks. */
    static final class OpenImage {
        private final EncodedImage image;
        private final Set<ImageGeometry> geometries;
        private final Grid grid;

        OpenImage(EncodedImage image, Set<ImageGeometry> geometries) {
            this.image = image;
            this.geometries = geometries;
            this.grid = image.canSkipPixels() ? coarsestGrid() : Grid.full(image.width(), image.height());
        }

        /** Estimate of the bytes that {@link #decode} needs at once. */
        long decodeBytes() {
            return image.decodeBytes(grid)
                    + geometries.stream().mapToLong(ImageGeometry::pixelBytes).sum();
        }

        DecodedImage decode() throws ImageException {
            return guard(image.format(), () -> resize(image.decode(grid)));
        }

        private DecodedImage resize(Bitmap bitmap) {
            Orientation orientation = image.orientation();
            Map<ImageGeometry, byte[]> pixels = new LinkedHashMap<>();
            for (ImageGeometry geometry : geometries) {
                byte[] resized = Resampler.resize(bitmap, stored(geometry));
                byte[] rgb = ColorConversion.toRgb(resized, bitmap.space());
                pixels.put(geometry, orientation.apply(rgb, geometry.height(), geometry.width()));
            }
            int width = orientation.swapsAxes() ? image.height() : image.width();
            int height = orientation.swapsAxes() ? image.width() : image.height();
            return new DecodedImage(width, height, image.format().displayName(), ImmutableMap.copyOf(pixels));
        }

        private ImageGeometry stored(ImageGeometry geometry) {
            return image.orientation().swapsAxes() ? geometry.transposed() : geometry;
        }

        private Grid coarsestGrid() {
            double reductionX = Double.MAX_VALUE;
            double reductionY = Double.MAX_VALUE;
            for (ImageGeometry geometry : geometries) {
                ImageGeometry stored = stored(geometry);
                Resampler.Box box = Resampler.Box.of(image.width(), image.height(), stored);
                reductionX = Math.min(reductionX, (box.right() - box.left()) / stored.width());
                reductionY = Math.min(reductionY, (box.bottom() - box.top()) / stored.height());
            }
            return new Grid(
                    image.width(), image.height(), step(reductionX, image.width()), step(reductionY, image.height()));
        }

        private static int step(double reduction, int size) {
            return Math.max(1, Math.min((int) (reduction / OVERSAMPLING), size));
        }
    }
}
