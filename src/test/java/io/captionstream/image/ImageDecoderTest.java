package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CORRUPT_IMAGE;
import static io.captionstream.image.ImageErrorCode.EMPTY_IMAGE;
import static io.captionstream.image.ImageErrorCode.NOT_AN_IMAGE;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_BYTES;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_PIXELS;
import static io.captionstream.image.ImageErrorCode.UNSUPPORTED_IMAGE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.data.Offset.offset;

import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private static final ImageGeometry FOUR = ImageGeometry.square(4);
    private static final int RED = 0xff0000;
    private static final int GREEN = 0x00ff00;
    private static final int BLUE = 0x0000ff;
    private static final int WHITE = 0xffffff;

    private final ImageDecoder decoder = new ImageDecoder(25_000_000, 50_000_000);

    @Test
    void shouldDecodeJpeg() throws ImageException {
        assertPicture(SampleImages.jpeg(64, 48), "jpeg", 64, 48, 12);
    }

    @Test
    void shouldDecodeProgressiveJpeg() throws ImageException {
        byte[] jpeg = SampleImages.jpeg(SampleImages.picture(64, 48, BufferedImage.TYPE_3BYTE_BGR), true);
        assertPicture(jpeg, "jpeg", 64, 48, 12);
    }

    @Test
    void shouldDecodeGrayJpegWithoutBrightening() throws ImageException {
        BufferedImage gray = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        Arrays.fill(((DataBufferByte) gray.getRaster().getDataBuffer()).getData(), (byte) 100);
        assertColor(decode(SampleImages.jpeg(gray, false)), 0, 0, 0x646464, 1);
    }

    @Test
    void shouldDecodeCmykJpeg() throws ImageException {
        // No ink is white; full cyan is 0x00ffff; half black halves the light.
        assertColor(decode(SampleImages.cmykJpeg(16, 16, 0, 0, 0, 0)), 1, 1, WHITE, 2);
        assertColor(decode(SampleImages.cmykJpeg(16, 16, 255, 0, 0, 0)), 1, 1, 0x00ffff, 2);
        assertColor(decode(SampleImages.cmykJpeg(16, 16, 255, 0, 0, 127)), 1, 1, 0x008080, 2);
    }

    @Test
    void shouldDecodePngOfEveryKind() throws ImageException {
        assertPicture(png(BufferedImage.TYPE_3BYTE_BGR), "png", 64, 48, 0);
        assertPicture(png(BufferedImage.TYPE_4BYTE_ABGR), "png", 64, 48, 0);
        assertPicture(
                SampleImages.interlacedPng(SampleImages.picture(64, 48, BufferedImage.TYPE_3BYTE_BGR)),
                "png",
                64,
                48,
                0);
    }

    @Test
    void shouldScaleSixteenBitGray() throws ImageException {
        assertColor(decode(SampleImages.encode(SampleImages.gray16(9, 9, 0x8080), "png")), 2, 2, 0x808080, 0);
    }

    @Test
    void shouldDecodePaletteAndPutTransparencyInFrontOfWhite() throws ImageException {
        byte[] pixels = decode(SampleImages.encode(SampleImages.palette(4, 4), "png"));
        assertColor(pixels, 0, 0, WHITE, 0);
        assertColor(pixels, 0, 1, RED, 0);
        assertColor(pixels, 0, 2, BLUE, 0);
        assertColor(pixels, 0, 3, 0x808080, 0);
    }

    @Test
    void shouldPutHalfTransparentPixelsInFrontOfWhite() throws ImageException {
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < 16; i++) {
            image.setRGB(i % 4, i / 4, 0x80ff0000);
        }
        assertColor(decode(SampleImages.encode(image, "png")), 1, 1, 0xff7f7f, 0);
    }

    @Test
    void shouldDecodeBilevelPng() throws ImageException {
        BufferedImage image = SampleImages.picture(4, 4, BufferedImage.TYPE_BYTE_BINARY);
        byte[] pixels = decode(SampleImages.encode(image, "png"));
        for (int i = 0; i < 16; i++) {
            assertColor(pixels, i / 4, i % 4, image.getRGB(i % 4, i / 4) & 0xffffff, 0);
        }
    }

    @Test
    void shouldDecodeFirstFrameOfGif() throws ImageException {
        DecodedImage image = decoder.decode(SampleImages.animatedGif(10, 8), Set.of(FOUR));
        assertThat(image.format()).isEqualTo("gif");
        assertThat(image.width()).isEqualTo(10);
        assertThat(image.height()).isEqualTo(8);
        assertColor(image.pixels().get(FOUR), 3, 3, RED, 0);
    }

    @Test
    void shouldDecodeBmp() throws ImageException {
        byte[] bmp = SampleImages.encode(SampleImages.picture(64, 48, BufferedImage.TYPE_3BYTE_BGR), "bmp");
        assertPicture(bmp, "bmp", 64, 48, 0);
    }

    @Test
    void shouldDecodeWebp() throws ImageException {
        DecodedImage lossless = decoder.decode(SampleImages.base64(SampleImages.WEBP_LOSSLESS), Set.of(FOUR));
        assertThat(lossless.format()).isEqualTo("webp");
        assertThat(lossless.width()).isEqualTo(8);
        assertThat(lossless.height()).isEqualTo(6);
        assertColor(lossless.pixels().get(FOUR), 2, 0, RED, 0);
        assertColor(lossless.pixels().get(FOUR), 2, 3, BLUE, 0);
        byte[] lossy = decode(SampleImages.base64(SampleImages.WEBP_LOSSY));
        assertColor(lossy, 2, 0, RED, 16);
        assertColor(lossy, 2, 3, BLUE, 16);
        byte[] alpha = decode(SampleImages.base64(SampleImages.WEBP_ALPHA));
        assertColor(alpha, 2, 0, WHITE, 0);
        assertColor(alpha, 2, 3, BLUE, 0);
    }

    /** Where the stored picture's green top edge and its red left edge are after turning. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 4, 4, 0", "2, 0, 4, 4, 7", "3, 7, 4, 3, 7", "4, 7, 4, 3, 0",
        "5, 4, 0, 0, 4", "6, 4, 7, 0, 3", "7, 4, 7, 7, 3", "8, 4, 0, 7, 4"
    })
    void shouldTurnByExifOrientation(int tag, int greenRow, int greenColumn, int redRow, int redColumn)
            throws ImageException {
        byte[] jpeg = SampleImages.withOrientation(SampleImages.jpeg(64, 32), tag);
        ImageGeometry eight = ImageGeometry.square(8);
        DecodedImage image = decoder.decode(jpeg, Set.of(eight));
        assertThat(image.width()).isEqualTo(tag <= 4 ? 64 : 32);
        assertThat(image.height()).isEqualTo(tag <= 4 ? 32 : 64);
        assertColor(image.pixels().get(eight), 8, greenRow, greenColumn, GREEN, 30);
        assertColor(image.pixels().get(eight), 8, redRow, redColumn, RED, 30);
    }

    @Test
    void shouldTurnWebpByExifOrientation() throws ImageException {
        DecodedImage image = decoder.decode(SampleImages.base64(SampleImages.WEBP_EXIF), Set.of(FOUR));
        assertThat(image.width()).isEqualTo(6);
        assertThat(image.height()).isEqualTo(8);
        assertColor(image.pixels().get(FOUR), 0, 0, RED, 0);
        assertColor(image.pixels().get(FOUR), 3, 0, BLUE, 0);
    }

    @Test
    void shouldResizeForEveryGeometryAtOnce() throws ImageException {
        ImageGeometry wide = new ImageGeometry(2, 6, ResizeMode.STRETCH);
        ImageGeometry crop = new ImageGeometry(4, 4, ResizeMode.CENTER_CROP);
        DecodedImage image = decoder.decode(png(BufferedImage.TYPE_3BYTE_BGR), Set.of(FOUR, wide, crop));
        assertThat(image.pixels()).containsOnlyKeys(FOUR, wide, crop);
        assertThat(image.pixels().get(wide)).hasSize(2 * 6 * 3);
    }

    @Test
    void shouldCutOffTheSidesForCenterCrop() throws ImageException {
        BufferedImage stripes = new BufferedImage(48, 16, BufferedImage.TYPE_3BYTE_BGR);
        for (int x = 0; x < 48; x++) {
            for (int y = 0; y < 16; y++) {
                stripes.setRGB(x, y, x < 16 ? RED : x < 32 ? GREEN : BLUE);
            }
        }
        ImageGeometry crop = new ImageGeometry(4, 4, ResizeMode.CENTER_CROP);
        byte[] pixels = decoder.decode(SampleImages.encode(stripes, "png"), Set.of(crop))
                .pixels()
                .get(crop);
        assertColor(pixels, 2, 1, GREEN, 0);
        assertColor(pixels, 2, 2, GREEN, 0);
    }

    @Test
    void shouldSkipPixelsOfLargeImagesWithoutMovingThem() throws ImageException {
        assertPicture(SampleImages.jpeg(1600, 1200), "jpeg", 1600, 1200, 12);
        byte[] png = SampleImages.encode(SampleImages.picture(1601, 1203, BufferedImage.TYPE_3BYTE_BGR), "png");
        assertPicture(png, "png", 1601, 1203, 6);
    }

    @Test
    void shouldGiveTheSamePixelsAgain() throws ImageException {
        byte[] jpeg = SampleImages.jpeg(333, 222);
        assertThat(decode(jpeg)).isEqualTo(decode(jpeg));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G", "hello, world", "<!DOCTYPE html>", "II*\0abcdefgh", "%PDF-1.7", "BMxyz"})
    void shouldRefuseWhatIsNoImage(String content) {
        assertFails(content.getBytes(US_ASCII), content.isEmpty() ? EMPTY_IMAGE : NOT_AN_IMAGE);
    }

    @Test
    void shouldRefuseTiffThoughAReaderIsInstalled() {
        assertFails(
                SampleImages.encode(SampleImages.picture(8, 8, BufferedImage.TYPE_3BYTE_BGR), "tiff"), NOT_AN_IMAGE);
    }

    @Test
    void shouldRefuseTruncatedImages() {
        byte[] jpeg = SampleImages.jpeg(200, 200);
        byte[] progressive = SampleImages.jpeg(SampleImages.picture(200, 200, BufferedImage.TYPE_3BYTE_BGR), true);
        byte[] png = png(BufferedImage.TYPE_3BYTE_BGR);
        byte[] bmp = SampleImages.encode(SampleImages.picture(64, 48, BufferedImage.TYPE_3BYTE_BGR), "bmp");
        byte[] gif = SampleImages.encode(SampleImages.picture(64, 48, BufferedImage.TYPE_3BYTE_BGR), "gif");
        byte[] webp = SampleImages.base64(SampleImages.WEBP_LOSSLESS);
        for (byte[] whole : new byte[][] {jpeg, progressive, png, bmp, gif, webp}) {
            assertFails(Arrays.copyOf(whole, whole.length / 2), CORRUPT_IMAGE);
        }
        for (int length = 3; length < jpeg.length - 2; length += 7) {
            assertFails(Arrays.copyOf(jpeg, length), CORRUPT_IMAGE);
        }
    }

    @Test
    void shouldRefuseBombBeforeAllocating() {
        byte[] bomb = SampleImages.pngBomb(10_000, 10_000);
        assertThat(bomb.length).isLessThan(1_000_000);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertFails(bomb, TOO_MANY_PIXELS);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
    }

    @Test
    void shouldNotAllocateWhatAHugeHeaderAsksFor() {
        ImageDecoder unlimited = new ImageDecoder(25_000_000, Long.MAX_VALUE);
        byte[] huge = SampleImages.pngBomb(1, 1);
        // Width and height 2^31 - 1 behind the signature and the length and type of the first chunk.
        for (int offset : new int[] {16, 20}) {
            huge[offset] = 0x7f;
            huge[offset + 1] = (byte) 0xff;
            huge[offset + 2] = (byte) 0xff;
            huge[offset + 3] = (byte) 0xff;
        }
        assertThatExceptionOfType(ImageException.class).isThrownBy(() -> unlimited.decode(huge, Set.of(FOUR)));
    }

    @Test
    void shouldRefuseTooManyBytes() {
        byte[] jpeg = SampleImages.jpeg(64, 48);
        ImageDecoder strict = new ImageDecoder(jpeg.length - 1, 50_000_000);
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> strict.decode(jpeg, Set.of(FOUR)))
                .satisfies(e -> assertThat(e.code()).isEqualTo(TOO_MANY_BYTES))
                .withMessageContaining(String.valueOf(jpeg.length));
    }

    @Test
    void shouldRefuseArithmeticCodedJpeg() {
        byte[] jpeg = SampleImages.jpeg(64, 48);
        for (int i = 0; i < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xff && jpeg[i + 1] == (byte) 0xc0) {
                jpeg[i + 1] = (byte) 0xc9;
                break;
            }
        }
        assertFails(jpeg, UNSUPPORTED_IMAGE);
    }

    private void assertFails(byte[] encoded, ImageErrorCode code) {
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> decoder.decode(encoded, Set.of(FOUR)))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code))
                .satisfies(e -> assertThat(e.stage()).isEqualTo(ImageException.Stage.DECODE));
    }

    private static byte[] png(int type) {
        return SampleImages.encode(SampleImages.picture(64, 48, type), "png");
    }

    private byte[] decode(byte[] encoded) throws ImageException {
        return decoder.decode(encoded, Set.of(FOUR)).pixels().get(FOUR);
    }

    private void assertPicture(byte[] encoded, String format, int width, int height, int tolerance)
            throws ImageException {
        ImageGeometry sixteen = ImageGeometry.square(16);
        DecodedImage image = decoder.decode(encoded, Set.of(sixteen));
        assertThat(image.format()).isEqualTo(format);
        assertThat(image.width()).isEqualTo(width);
        assertThat(image.height()).isEqualTo(height);
        byte[] pixels = image.pixels().get(sixteen);
        for (int row : new int[] {0, 1, 2, 6, 10, 15}) {
            for (int column : new int[] {0, 3, 6, 9, 12, 15}) {
                assertColor(pixels, 16, row, column, row < 4 ? GREEN : column < 8 ? RED : BLUE, tolerance);
            }
        }
    }

    private static void assertColor(byte[] pixels, int row, int column, int color, int tolerance) {
        assertColor(pixels, 4, row, column, color, tolerance);
    }

    private static void assertColor(byte[] pixels, int width, int row, int column, int color, int tolerance) {
        int at = (row * width + column) * 3;
        for (int i = 0; i < 3; i++) {
            assertThat(pixels[at + i] & 0xff)
                    .as("channel %s at row %s, column %s", i, row, column)
                    .isCloseTo(color >> (16 - 8 * i) & 0xff, offset(tolerance));
        }
    }
}
