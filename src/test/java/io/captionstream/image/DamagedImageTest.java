package io.captionstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Damaged images end as a picture or as an {@link ImageException}, never as anything else. */
class DamagedImageTest {
    private static final int ROUNDS = 250;

    private final ImageDecoder decoder = new ImageDecoder(1_000_000, 4_000_000);

    @Test
    void shouldSurviveMutationsAndTruncations() {
        BufferedImage picture = SampleImages.picture(48, 40, BufferedImage.TYPE_3BYTE_BGR);
        List<byte[]> seeds = List.of(
                SampleImages.jpeg(picture, false),
                SampleImages.jpeg(picture, true),
                SampleImages.withOrientation(SampleImages.jpeg(48, 40), 6),
                SampleImages.cmykJpeg(48, 40, 10, 20, 30, 40),
                SampleImages.encode(picture, "png"),
                SampleImages.interlacedPng(picture),
                SampleImages.encode(SampleImages.palette(48, 40), "png"),
                SampleImages.encode(picture, "gif"),
                SampleImages.encode(picture, "bmp"),
                SampleImages.compressedBmp(48, 40),
                SampleImages.base64(SampleImages.WEBP_LOSSLESS),
                SampleImages.base64(SampleImages.WEBP_LOSSY),
                SampleImages.base64(SampleImages.WEBP_ALPHA),
                SampleImages.base64(SampleImages.WEBP_EXIF));
        Random random = new Random(20_240_117);
        assertTimeoutPreemptively(Duration.ofMinutes(5), () -> {
            for (byte[] seed : seeds) {
                for (int round = 0; round < ROUNDS; round++) {
                    decode(mutate(seed, random));
                }
            }
        });
    }

    private void decode(byte[] damaged) {
        ImageGeometry geometry = ImageGeometry.square(8);
        try {
            assertThat(decoder.decode(damaged, Set.of(geometry)).pixels().get(geometry))
                    .hasSize(8 * 8 * 3);
        } catch (ImageException e) {
            assertThat(e.code()).isNotEqualTo(ImageErrorCode.OUT_OF_MEMORY);
            assertThat(e.code()).isNotEqualTo(ImageErrorCode.INTERNAL_ERROR);
        }
    }

    private static byte[] mutate(byte[] seed, Random random) {
        byte[] mutated = random.nextInt(4) == 0 ? Arrays.copyOf(seed, random.nextInt(seed.length)) : seed.clone();
        int changes = random.nextInt(6);
        for (int i = 0; i < changes && mutated.length > 0; i++) {
            // Headers are where decoders are hurt most.
            int range = random.nextBoolean() ? Math.min(64, mutated.length) : mutated.length;
            byte[] values = {0, -1, 0x7f, (byte) 0x80, (byte) random.nextInt()};
            mutated[random.nextInt(range)] = values[random.nextInt(values.length)];
        }
        return mutated;
    }
}
