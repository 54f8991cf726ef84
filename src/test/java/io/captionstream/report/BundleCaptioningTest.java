package io.captionstream.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InputSpec;
import io.captionstream.model.ModelIdentity;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.training.CaptionFile;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleCaptioningTest {
    private static final DecodingOptions OPTIONS = new DecodingOptions(1, 10, 0);
    private static final int IMAGES = 10;

    @TempDir
    Path folder;

    private final CountingCaptioner captioner = new CountingCaptioner();
    private final AtomicInteger progress = new AtomicInteger();

    private List<CaptionedImage> images;

    @BeforeEach
    void writeScenes() throws IOException {
        new SceneFolder(folder).write(new SceneGenerator(3), IMAGES, count -> {});
        images = CaptionFile.read(folder.resolve(SceneFolder.CAPTIONS_FILE));
    }

    @Test
    void shouldGiveEachImageItsOwnCaption() throws Exception {
        BundleCaptioning.Result result = caption(4, () -> false);
        BundleCaptioning.Result oneByOne = caption(1, () -> false);

        assertThat(result.complete()).isTrue();
        assertThat(captioner.batches).startsWith(4, 4, 2);
        assertThat(result.captions().keySet())
                .containsExactlyElementsOf(
                        images.stream().map(CaptionedImage::id).toList());
        assertThat(result.captions()).isEqualTo(oneByOne.captions());
        assertThat(result.captions().values()).doesNotHaveDuplicates();
        assertThat(progress).hasValue(2 * IMAGES);
    }

    @Test
    void shouldGoOnWithoutImagesThatCannotBeRead() throws Exception {
        BundleCaptioning.Result whole = caption(4, () -> false);
        Files.delete(images.get(1).file());
        Files.writeString(images.get(2).file(), "not a picture");
        for (int i = 8; i < IMAGES; i++) {
            Files.write(images.get(i).file(), new byte[0]);
        }

        BundleCaptioning.Result result = caption(4, () -> false);

        assertThat(result.complete()).isTrue();
        assertThat(result.captions()).hasSize(6);
        assertThat(whole.captions()).containsAllEntriesOf(result.captions());
        assertThat(result.failures())
                .containsOnlyKeys(
                        images.get(1).id(),
                        images.get(2).id(),
                        images.get(8).id(),
                        images.get(9).id());
        assertThat(result.failures().get(images.get(1).id())).contains("000001.jpg cannot be read");
        assertThat(captioner.batches).endsWith(2, 4);
    }

    @Test
    void shouldStopBetweenBatches() throws Exception {
        BundleCaptioning.Result result = caption(4, () -> !captioner.batches.isEmpty());

        assertThat(result.complete()).isFalse();
        assertThat(result.captions()).hasSize(4);
        assertThat(progress).hasValue(4);
    }

    private BundleCaptioning.Result caption(int batchSize, BooleanSupplier stop) throws Exception {
        return new BundleCaptioning(captioner, OPTIONS, batchSize).caption(images, progress::addAndGet, stop);
    }

    /** Says of each image the sum of its pixels. */
    private static final class CountingCaptioner implements Captioner {
        private final List<Integer> batches = new ArrayList<>();

        @Override
        public ModelIdentity identity() {
            return new ModelIdentity("counting", "1", "00");
        }

        @Override
        public InputSpec input() {
            return new InputSpec(16, 16, "center-crop");
        }

        @Override
        public List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options) {
            batches.add(batchSize);
            assertThat(rgb.remaining()).isEqualTo(batchSize * input().bytes());
            List<List<Alternative>> captions = new ArrayList<>();
            for (int image = 0; image < batchSize; image++) {
                long sum = 0;
                for (int i = 0; i < input().bytes(); i++) {
                    sum += rgb.get() & 0xff;
                }
                captions.add(List.of(new Alternative("sum " + sum, -1, -1, true, List.of())));
            }
            return captions;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
