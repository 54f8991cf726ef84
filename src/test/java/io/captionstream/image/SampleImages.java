package io.captionstream.image;

import java.awt.Point;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferUShort;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Makes encoded images whose pixels are known. */
final class SampleImages {
    /** 8 x 6, left half red, right half blue; made by libwebp, as nothing in Java writes WebP. */
    static final String WEBP_LOSSLESS = "UklGRiQAAABXRUJQVlA4TBcAAAAvB0ABAA8Q87//8x8OAIJI8N9rIqL/IQA=";

    /** 16 x 16, the same picture. */
    static final String WEBP_LOSSY =
            "UklGRkQAAABXRUJQVlA4IDgAAAAwAgCdASoQABAAAMASJaACdLoB+AH4gARoAAD+/Suf/9+gm/93m/10S8z/"
                    + "60c//rRlcH9aOb+gAA==";

    /** 8 x 6, left half transparent, right half blue. */
    static final String WEBP_ALPHA = "UklGRiIAAABXRUJQVlA4TBYAAAAvB0ABEA8QMf/zHwyAIP5vPZiI6H8I";

    /** 8 x 6, left half red, right half blue, EXIF orientation 6. */
    static final String WEBP_EXIF =
            "UklGRlgAAABXRUJQVlA4WAoAAAAIAAAABwAABQAAVlA4TBcAAAAvB0ABAA8Q87//8x8OAIJI8N9rIqL/IQBF"
                    + "WElGGgAAAE1NACoAAAAIAAEBEgADAAAAAQAGAAAAAAAA";

    private SampleImages() {}

    static byte[] base64(String text) {
        return Base64.getDecoder().decode(text);
    }

    /** Left half red, right half blue, the top quarter green. */
    static BufferedImage picture(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, y < height / 4 ? 0xff00ff00 : x < width / 2 ? 0xffff0000 : 0xff0000ff);
            }
        }
        return image;
    }

    static byte[] encode(BufferedImage image, String format) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, bytes)) {
                throw new IllegalArgumentException("No writer for " + format + " takes this image");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] jpeg(int width, int height) {
        return jpeg(picture(width, height, BufferedImage.TYPE_3BYTE_BGR), false);
    }

    static byte[] jpeg(BufferedImage image, boolean progressive) {
        return write("jpeg", new IIOImage(image, null, null), progressive);
    }

    /** A JPEG of four components: CMYK with Adobe's marker, which says that the inks are stored inverted. */
    static byte[] cmykJpeg(int width, int height, int cyan, int magenta, int yellow, int black) {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, 4, null);
        int[] inverted = {255 - cyan, 255 - magenta, 255 - yellow, 255 - black};
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                raster.setPixel(x, y, inverted);
            }
        }
        byte[] jpeg = write("jpeg", new IIOImage(raster, null, null), false);
        byte[] adobe = {(byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0};
        return insert(jpeg, 2, adobe);
    }

    /** Puts an EXIF segment with an orientation behind a JPEG's first marker. */
    static byte[] withOrientation(byte[] jpeg, int orientation) {
        byte[] exif = {
            (byte) 0xff,
            (byte) 0xe1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0,
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8,
            0,
            1,
            1,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            (byte) orientation,
            0,
            0,
            0,
            0,
            0,
            0
        };
        return insert(jpeg, 2, exif);
    }

    static byte[] insert(byte[] bytes, int at, byte[] inserted) {
        byte[] result = new byte[bytes.length + inserted.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(bytes, at, result, at + inserted.length, bytes.length - at);
        return result;
    }

    static byte[] interlacedPng(BufferedImage image) {
        return write("png", new IIOImage(image, null, null), true);
    }

    static BufferedImage gray16(int width, int height, int value) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_USHORT_GRAY);
        Arrays.fill(((DataBufferUShort) image.getRaster().getDataBuffer()).getData(), (short) value);
        return image;
    }

    /** Two bits a pixel: index 0 is transparent, 1 red, 2 blue, 3 gray. */
    static BufferedImage palette(int width, int height) {
        IndexColorModel colors = new IndexColorModel(
                2,
                4,
                new byte[] {0, (byte) 255, 0, (byte) 128},
                new byte[] {0, 0, 0, (byte) 128},
                new byte[] {0, 0, (byte) 255, (byte) 128},
                0);
        WritableRaster raster = Raster.createPackedRaster(DataBuffer.TYPE_BYTE, width, height, 1, 2, new Point(0, 0));
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                raster.setSample(x, y, 0, x * 4 / width);
            }
        }
        return new BufferedImage(colors, raster, false, null);
    }

    /** A run-length encoded BMP. */
    static byte[] compressedBmp(int width, int height) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("bmp").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionType("BI_RLE8");
            BufferedImage image = picture(width, height, BufferedImage.TYPE_BYTE_INDEXED);
            writer.write(null, new IIOImage(image, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** A PNG of zeros with any header, so small that it is no burden itself. */
    static byte[] pngBomb(int width, int height) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            DataOutputStream fields = new DataOutputStream(header);
            fields.writeInt(width);
            fields.writeInt(height);
            fields.write(new byte[] {8, 2, 0, 0, 0});
            chunk(png, "IHDR", header.toByteArray());
            ByteArrayOutputStream data = new ByteArrayOutputStream();
            try (DeflaterOutputStream deflater = new DeflaterOutputStream(data)) {
                byte[] row = new byte[1 + 3 * width];
                for (int y = 0; y < height; y++) {
                    deflater.write(row);
                }
            }
            chunk(png, "IDAT", data.toByteArray());
            chunk(png, "IEND", new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }

    static void chunk(ByteArrayOutputStream png, String type, byte[] content) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(content);
        DataOutputStream out = new DataOutputStream(png);
        out.writeInt(content.length);
        out.write(name);
        out.write(content);
        out.writeInt((int) crc.getValue());
    }

    /** A GIF of two frames, the first red, the second blue. */
    static byte[] animatedGif(int width, int height) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            writer.prepareWriteSequence(null);
            for (int color : new int[] {0xff0000, 0x0000ff}) {
                BufferedImage frame = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        frame.setRGB(x, y, color);
                    }
                }
                writer.writeToSequence(new IIOImage(frame, null, null), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static byte[] write(String format, IIOImage image, boolean progressive) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (progressive) {
                param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.write(null, image, param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
