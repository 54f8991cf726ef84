package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.model.Bfloat16Agreement;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.Bundles;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TinyNetworks;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.TrainingOptions;
import io.captionstream.network.Weights;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredBundleTest {
    private static final int SCENES = 150;
    private static final float SHARPNESS = 1000;

    @TempDir
    static Path scenes;

    @TempDir
    Path folder;

    private static List<CaptionedImage> images;

    @BeforeAll
    static void write() throws Exception {
        new SceneFolder(scenes).write(new SceneGenerator(3), SCENES, count -> {});
        images = CaptionFile.read(scenes.resolve(SceneFolder.CAPTIONS_FILE));
    }

    @Test
    void shouldTurnBfloat16OffWhereItChangesTheCaptions() throws Exception {
        assumeThat(DjlCaptioner.hasBfloat16()).isTrue();
        NetworkConfig network = TinyNetworks.resnet();

        ModelBundle bundle =
                MeasuredBundle.write(folder.resolve("bundle"), Bundles.contents(network, sensitive(network)), images);

        Bfloat16Agreement agreement = bundle.manifest().bfloat16();
        assertThat(agreement).isNotNull();
        assertThat(agreement.images()).isEqualTo(SCENES);
        assertThat(agreement.share()).isLessThan(0.95);
        for (String precision : new String[] {"auto", "bf16"}) {
            try (DjlCaptioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.of("cpu", precision, 0))) {
                assertThat(captioner.precision().bfloat16()).isFalse();
                assertThat(captioner.precision().reason())
                        .startsWith("in bfloat16 only")
                        .endsWith("of 150 captions stay the same, at least 99.00% must");
            }
        }
        CaptionerConfig forced = CaptionerConfig.of("cpu", "bf16", 0).withBfloat16Agreement(0);
        try (DjlCaptioner captioner = DjlCaptioner.load(bundle, forced)) {
            assertThat(captioner.precision().precision()).isEqualTo("bf16");
        }
    }

    /** What the images have in common is taken off their features, and what is left decides every word. */
    private static Weights sensitive(NetworkConfig network) throws Exception {
        try (TrainingGraph graph = new TrainingGraph(network, TrainingOptions.defaults(), 1)) {
            Weights weights = graph.weights();
            float[] kernel = values(weights, "decoder.img.weight");
            float[] bias = values(weights, "decoder.img.bias");
            float[] features = graph.features(pixels(network), SCENES);
            int count = features.length / SCENES;
            for (int row = 0; row < bias.length; row++) {
                double common = 0;
                for (int i = 0; i < features.length; i++) {
                    common += kernel[row * count + i % count] * features[i] / SCENES;
                }
                bias[row] = (float) (-SHARPNESS * common);
            }
            for (int i = 0; i < kernel.length; i++) {
                kernel[i] *= SHARPNESS;
            }
            return weights.with(Weights.builder()
                    .put("decoder.img.weight", weights.shape("decoder.img.weight"), kernel)
                    .put("decoder.img.bias", weights.shape("decoder.img.bias"), bias)
                    .build());
        }
    }

    private static float[] values(Weights weights, String name) {
        float[] values = new float[weights.values(name).remaining()];
        weights.values(name).get(values);
        return values;
    }

    private static ByteBuffer pixels(NetworkConfig network) throws IOException {
        ImageGeometry geometry = ImageGeometry.square(network.imageSize());
        PixelStore store = new PixelStore(images, new ImageDecoder(1_000_000, 1_000_000), geometry, 0);
        ByteBuffer pixels = ByteBuffer.allocateDirect(SCENES * geometry.pixelBytes());
        for (int i = 0; i < SCENES; i++) {
            pixels.put(store.pixels(i));
        }
        return pixels.flip();
    }

    @Test
    void shouldKeepWhatItDoesNotMeasure() throws Exception {
        BundleWriter.Contents contents = Bundles.contents(TinyNetworks.resnet());

        ModelBundle unmeasured = MeasuredBundle.write(folder.resolve("unmeasured"), contents, List.of());
        ModelBundle few = MeasuredBundle.write(folder.resolve("few"), contents, images.subList(0, 10));

        assertThat(unmeasured.manifest().metrics()).isEqualTo(contents.metrics());
        assertThat(unmeasured.manifest().quality()).isEqualTo(contents.quality());
        assertThat(few.manifest().confidence()).isNull();
        assertThat(few.manifest().metrics()).containsKey("exactMatch").doesNotContainKey("calibrationError");
    }

    @Test
    void shouldFitTheConfidenceToTheValidationSplit() throws Exception {
        List<CaptionedImage> split = images.stream()
                .map(image -> new CaptionedImage(
                        image.id(),
                        image.file(),
                        image.captions(),
                        image.id().hashCode() % 2 == 0 ? Split.VALIDATION : Split.TEST))
                .toList();

        ModelBundle bundle =
                MeasuredBundle.write(folder.resolve("bundle"), Bundles.contents(TinyNetworks.resnet()), split);

        // An untrained model is never right, and knows it.
        assertThat(bundle.manifest().confidence()).isNotNull();
        assertThat(bundle.manifest().metrics())
                .containsEntry("exactMatch", 0.0)
                .containsEntry("calibrationImages", (double) split.stream()
                        .filter(image -> image.split() == Split.VALIDATION)
                        .count());
        assertThat(bundle.manifest().metrics().get("calibrationError")).isLessThan(0.05);
    }
}
