package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ResizeMode;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Safetensors;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.TrainingOptions;
import java.io.IOException;
import java.util.List;

/**
 * How surprised a bundle is by captions that it is told word by word: the loss that training makes small, as in serving.
 * Bundles of different vocabularies cannot be compared by it, a word that one of them does not know counts as unknown.
 */
public final class TeacherForcedLoss implements AutoCloseable {
    private static final int BATCH_SIZE = 64;

    private final ModelBundle bundle;
    private final TrainingGraph graph;
    private final ImageGeometry geometry;

    private TeacherForcedLoss(ModelBundle bundle, TrainingGraph graph, ImageGeometry geometry) {
        this.bundle = bundle;
        this.graph = graph;
        this.geometry = geometry;
    }

    /** @throws IllegalArgumentException if the bundle's graph was made elsewhere, so that its weights cannot be had */
    public static TeacherForcedLoss load(ModelBundle bundle) throws IOException {
        BundleManifest manifest = bundle.manifest();
        NetworkConfig network = manifest.requireNetwork();
        TrainingOptions options = TrainingOptions.defaults().withTrainEncoder(false);
        TrainingGraph graph = new TrainingGraph(network, options, 0);
        try {
            graph.load(Safetensors.read(bundle.weights()));
            ResizeMode resize = ResizeMode.named(manifest.resize());
            return new TeacherForcedLoss(
                    bundle, graph, new ImageGeometry(network.imageSize(), network.imageSize(), resize));
        } catch (IOException | RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    /**
     * The loss of all captions.
     *
     * @param images at least one
     * @return mean over batches of the mean loss per word, nats
     * @throws MalformedDatasetException if an image cannot be decoded
     */
    public double of(List<CaptionedImage> images) throws IOException {
        checkArgument(!images.isEmpty(), "images is empty");
        List<Example> examples = Dataset.of(images, bundle.vocabulary()).examples().values().stream()
                .flatMap(List::stream)
                .toList();
        PixelInputs pixels = new PixelInputs(new PixelStore(images, ImageDecoder.withDefaultLimits(), geometry, 0));
        double sum = 0;
        int batches = 0;
        for (int from = 0; from < examples.size(); from += BATCH_SIZE) {
            List<Example> batch = examples.subList(from, Math.min(from + BATCH_SIZE, examples.size()));
            sum += graph.loss(pixels.batch(
                    batch.stream().mapToInt(Example::image).toArray(),
                    batch.stream().map(Example::tokens).toArray(int[][]::new)));
            batches++;
        }
        return sum / batches;
    }

    @Override
    public void close() {
        graph.close();
    }
}
