package io.captionstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.image.Bitmap.Grid;
import io.captionstream.image.Bitmap.Space;
import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.Test;

class ResamplerTest {
    /** {@code Image.fromarray(a).resize((5, 4), Image.BILINEAR)} of Pillow, a as in {@link #source()}. */
    private static final int[] REDUCED = {
        25, 115, 147, 115, 144, 53, 122, 132, 126, 147, 72, 118, 132, 128, 131, 96, 131, 113, 133, 138
    };

    /** First row of {@code resize((20, 11), Image.BILINEAR)}. */
    private static final int[] ENLARGED = {
        0, 3, 10, 23, 43, 67, 99, 136, 177, 227, 198, 91, 153, 154, 65, 131, 163, 93, 164, 240
    };

    @Test
    void shouldReduceLikePillow() {
        assertThat(resize(4, 5)).usingElementComparator(within(1)).containsExactly(box(REDUCED));
    }

    @Test
    void shouldEnlargeLikePillow() {
        Integer[] firstRow = Arrays.copyOf(resize(11, 20), 20);
        assertThat(firstRow).usingElementComparator(within(1)).containsExactly(box(ENLARGED));
    }

    @Test
    void shouldKeepPlainColours() {
        for (int value : new int[] {0, 1, 127, 254, 255}) {
            byte[] plain = new byte[37 * 23 * 3];
            Arrays.fill(plain, (byte) value);
            Bitmap bitmap = new Bitmap(plain, Space.RGB, Grid.full(37, 23));
            for (int size : new int[] {1, 2, 5, 22, 24, 90}) {
                byte[] resized = Resampler.resize(bitmap, ImageGeometry.square(size));
                assertThat(resized).hasSize(size * size * 3).containsOnly(value);
            }
        }
    }

    @Test
    void shouldTreatChannelsAlike() {
        byte[] gray = source();
        byte[] rgb = new byte[gray.length * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = gray[i / 3];
        }
        ImageGeometry geometry = new ImageGeometry(6, 7, ResizeMode.CENTER_CROP);
        byte[] one = Resampler.resize(new Bitmap(gray, Space.GRAY, Grid.full(13, 9)), geometry);
        byte[] three = Resampler.resize(new Bitmap(rgb, Space.RGB, Grid.full(13, 9)), geometry);
        assertThat(ColorConversion.toRgb(one, Space.GRAY)).isEqualTo(three);
    }

    private static byte[] source() {
        byte[] samples = new byte[9 * 13];
        for (int y = 0; y < 9; y++) {
            for (int x = 0; x < 13; x++) {
                samples[y * 13 + x] = (byte) (x * x * 7 + y * 13 * x);
            }
        }
        return samples;
    }

    private static Integer[] resize(int height, int width) {
        byte[] resized = Resampler.resize(
                new Bitmap(source(), Space.GRAY, Grid.full(13, 9)),
                new ImageGeometry(height, width, ResizeMode.STRETCH));
        Integer[] values = new Integer[resized.length];
        Arrays.setAll(values, i -> resized[i] & 0xff);
        return values;
    }

    private static Integer[] box(int[] values) {
        return Arrays.stream(values).boxed().toArray(Integer[]::new);
    }

    private static Comparator<Integer> within(int tolerance) {
        return (a, b) -> Math.abs(a - b) <= tolerance ? 0 : Integer.compare(a, b);
    }
}
