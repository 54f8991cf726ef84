package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CORRUPT_IMAGE;

import io.captionstream.image.Bitmap.Grid;
import io.captionstream.image.Bitmap.Space;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;

/**
 * JPEG through the JDK's reader, which is used as a bare decompressor: it gets neither profiles, thumbnails nor
 * comments, and returns the samples as stored. The colour conversion happens after the resize, where there are fewer
 * pixels; that is 1.6 times as fast as reading a {@code BufferedImage}.
 */
final class JpegImage implements EncodedImage {
    /**
     * Scans of a progressive image. Real ones have about ten; each costs a pass over all coefficients, so that a small
     * file of thousands would keep a core busy for hours.
     */
    private static final int MAX_SCANS = 100;

    private final byte[] encoded;
    private final JpegHeader header;

    JpegImage(byte[] encoded) throws ImageException {
        this.encoded = encoded;
        this.header = JpegHeader.parse(encoded);
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.JPEG;
    }

    @Override
    public int width() {
        return header.width();
    }

    @Override
    public int height() {
        return header.height();
    }

    @Override
    public Orientation orientation() {
        return header.orientation();
    }

    @Override
    public boolean canSkipPixels() {
        return true;
    }

    @Override
    public long decodeBytes(Grid grid) {
        long samples = (long) grid.columns() * grid.rows() * header.componentIds().length;
        // libjpeg keeps all coefficients, two bytes each, of what comes in several scans.
        return samples + (header.progressive() ? 2 * header.coefficients() : 0) + encoded.length;
    }

    @Override
    public Bitmap decode(Grid grid) throws ImageException, IOException {
        if (header.progressive()) {
            int scans = JpegHeader.countScans(encoded, header.scanOffset());
            if (scans > MAX_SCANS) {
                throw ImageException.decode(
                        CORRUPT_IMAGE, "The JPEG has " + scans + " scans, at most " + MAX_SCANS + " are read");
            }
        }
        byte[] samples = readSamples(grid);
        return switch (header.componentIds().length) {
            case 1 -> new Bitmap(samples, Space.GRAY, grid);
            case 3 -> new Bitmap(samples, isYcc() ? Space.YCC : Space.RGB, grid);
            default -> new Bitmap(inksToRgb(samples), Space.RGB, grid);
        };
    }

    private byte[] readSamples(Grid grid) throws ImageException, IOException {
        ImageReader reader = JdkReaders.create(ImageFormat.JPEG);
        try (ByteArrayImageInput input = new ByteArrayImageInput(bare())) {
            String[] damage = new String[1];
            reader.addIIOReadWarningListener((source, warning) -> {
                // Padding before a marker is common and harmless. Everything else means pixels that were made up.
                if (!warning.contains("extraneous bytes before marker")) {
                    damage[0] = warning;
                }
            });
            reader.setInput(input, true, true);
            ImageReadParam param = reader.getDefaultReadParam();
            param.setSourceSubsampling(grid.stepX(), grid.stepY(), grid.firstX(), grid.firstY());
            Raster raster = reader.readRaster(0, param);
            if (damage[0] != null) {
                throw ImageException.decode(CORRUPT_IMAGE, "The JPEG is damaged or truncated: " + damage[0]);
            }
            if (raster.getWidth() != grid.columns()
                    || raster.getHeight() != grid.rows()
                    || raster.getNumBands() != header.componentIds().length) {
                throw ImageException.decode(CORRUPT_IMAGE, "The JPEG's frame is not what its header says");
            }
            return ((DataBufferByte) raster.getDataBuffer()).getData();
        } finally {
            reader.dispose();
        }
    }

    private byte[] bare() {
        byte[] essentials = header.essentials();
        byte[] bare = new byte[essentials.length + encoded.length - header.scanOffset()];
        System.arraycopy(essentials, 0, bare, 0, essentials.length);
        System.arraycopy(encoded, header.scanOffset(), bare, essentials.length, encoded.length - header.scanOffset());
        return bare;
    }

    /** The rules of libjpeg's default_decompress_parms. */
    private boolean isYcc() {
        if (header.jfif()) {
            return true;
        }
        if (header.adobeTransform() >= 0) {
            return header.adobeTransform() != 0;
        }
        int[] ids = header.componentIds();
        return !(ids[0] == 'R' && ids[1] == 'G' && ids[2] == 'B');
    }

    /** CMYK or YCCK without a profile: light = (1 - ink) * (1 - black). Adobe's files store 1 - ink. */
    private byte[] inksToRgb(byte[] inks) {
        byte[] rgb = new byte[inks.length / 4 * 3];
        boolean inverted = header.adobeTransform() >= 0;
        boolean ycck = header.adobeTransform() == 2;
        byte[] light = new byte[3];
        for (int from = 0, to = 0; from + 3 < inks.length; from += 4, to += 3) {
            if (ycck) {
                ColorConversion.yccToRgb(inks, from, light, 0);
            }
            int black = inks[from + 3] & 0xff;
            int white = inverted ? black : 255 - black;
            for (int i = 0; i < 3; i++) {
                int ink = ycck ? 255 - (light[i] & 0xff) : inks[from + i] & 0xff;
                rgb[to + i] = (byte) ColorConversion.divideBy255((inverted ? ink : 255 - ink) * white);
            }
        }
        return rgb;
    }
}
