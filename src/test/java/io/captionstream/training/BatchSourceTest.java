package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.network.TrainingBatch;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchSourceTest {
    private static final int IMAGES = 5;

    @TempDir
    Path folder;

    private PixelStore pixels;
    private List<Example> examples;

    @BeforeEach
    void writeScenes() throws IOException {
        new SceneFolder(folder).write(new SceneGenerator(1), IMAGES, count -> {});
        List<CaptionedImage> images = CaptionFile.read(folder.resolve(SceneFolder.CAPTIONS_FILE));
        pixels = new PixelStore(images, new ImageDecoder(100_000, 100_000), ImageGeometry.square(8), 400);
        Vocabulary vocabulary = new VocabularyBuilder(1).build(images);
        Dataset dataset = Dataset.of(images, vocabulary);
        examples = List.of(Split.values()).stream()
                .flatMap(split -> dataset.examples(split).stream())
                .toList();
    }

    @Test
    void shouldShuffleByEpochAndSeed() {
        BatchSource source = new BatchSource(new PixelInputs(pixels), examples, 2, 1);

        assertThat(source.order(0)).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(source.order(1)).isEqualTo(source.order(1));
        assertThat(IntStream.range(0, 20)
                        .mapToObj(epoch -> List.of(box(source.order(epoch))))
                        .distinct())
                .hasSizeGreaterThan(10);
        assertThat(IntStream.range(0, 20)
                        .mapToObj(seed ->
                                List.of(box(new BatchSource(new PixelInputs(pixels), examples, 2, seed).order(0))))
                        .distinct())
                .hasSizeGreaterThan(10);
    }

    @Test
    void shouldPutPixelsAndCaptionsOfAnImageInOneRow() throws IOException {
        BatchSource source = new BatchSource(new PixelInputs(pixels), examples, 2, 1);
        int[] order = source.order(3);

        assertThat(source.batchesPerEpoch()).isEqualTo(2);
        for (int batch = 0; batch < 2; batch++) {
            TrainingBatch.Pixels examplesOfBatch = (TrainingBatch.Pixels) source.batch(order, batch);
            assertThat(examplesOfBatch.rgb().remaining()).isEqualTo(2 * 8 * 8 * 3);
            for (int row = 0; row < 2; row++) {
                Example example = examples.get(order[batch * 2 + row]);
                byte[] expected = pixels.pixels(example.image());
                byte[] actual = new byte[expected.length];
                examplesOfBatch.rgb().get(row * expected.length, actual);
                assertThat(actual).isEqualTo(expected);
                assertThat(examplesOfBatch.tokens()[row]).isEqualTo(example.tokens());
            }
        }
    }

    @Test
    void shouldMakeDoWithFewerExamplesThanABatch() throws IOException {
        BatchSource source = new BatchSource(new PixelInputs(pixels), examples, 64, 1);

        assertThat(source.batchesPerEpoch()).isEqualTo(1);
        assertThat(source.batch(source.order(0), 0).size()).isEqualTo(IMAGES);
    }

    private static Integer[] box(int[] order) {
        return IntStream.of(order).boxed().toArray(Integer[]::new);
    }
}
