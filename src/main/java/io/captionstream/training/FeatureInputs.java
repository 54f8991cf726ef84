package io.captionstream.training;

import com.google.common.hash.Hashing;
import io.captionstream.image.ResizeMode;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TrainingBatch;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Batches of the features of an encoder that does not learn, which computes each image once. */
final class FeatureInputs implements BatchInputs, AutoCloseable {
    private static final int BATCH_SIZE = 32;

    private final FeatureCache cache;
    private final String[] digests;

    private FeatureInputs(FeatureCache cache, String[] digests) {
        this.cache = cache;
        this.digests = digests;
    }

    /** @param folder of the cache */
    static FeatureInputs open(Path folder, NetworkConfig network, ResizeMode resize, TrainingGraph graph, int images)
            throws IOException {
        return new FeatureInputs(
                new FeatureCache(folder, encoderDigest(network, resize, graph.weights()), graph.featureCount()),
                new String[images]);
    }

    /** Names the encoder: equal digests, equal features. */
    private static String encoderDigest(NetworkConfig network, ResizeMode resize, Weights weights) {
        String settings = "%s %s %s %s%s"
                .formatted(
                        network.architecture(),
                        network.imageSize(),
                        network.variant(),
                        network.preprocessing(),
                        resize == ResizeMode.STRETCH ? "" : " " + resize.label());
        String encoder = weights.encoder().digest();
        return Hashing.sha256()
                .hashString(settings + " " + encoder, StandardCharsets.UTF_8)
                .toString();
    }

    /**
     * Computes what the cache lacks. May be stopped and called again, in another process too.
     *
     * @return whether all features are there; false if it was stopped
     * @throws MalformedDatasetException if an image cannot be decoded
     */
    boolean fill(
            List<CaptionedImage> images,
            PixelInputs pixels,
            TrainingGraph graph,
            TrainingListener listener,
            BooleanSupplier stopRequested)
            throws IOException {
        List<Integer> missing = new ArrayList<>();
        for (int image = 0; image < images.size(); image++) {
            digests[image] = Hashing.sha256()
                    .hashBytes(Files.readAllBytes(images.get(image).file()))
                    .toString();
            if (!cache.contains(digests[image])) {
                missing.add(image);
            }
        }
        for (int from = 0; from < missing.size(); from += BATCH_SIZE) {
            if (stopRequested.getAsBoolean()) {
                return false;
            }
            int[] batch = missing.subList(from, Math.min(from + BATCH_SIZE, missing.size())).stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            float[] features = graph.features(pixels.rgb(batch), batch.length);
            for (int row = 0; row < batch.length; row++) {
                cache.put(digests[batch[row]], features, row);
            }
            listener.onFeatures(from + batch.length, missing.size());
        }
        return true;
    }

    @Override
    public TrainingBatch batch(int[] images, int[][] tokens) throws IOException {
        float[] rows = new float[Math.multiplyExact(images.length, cache.featureCount())];
        for (int row = 0; row < images.length; row++) {
            cache.get(digests[images[row]], rows, row);
        }
        return new TrainingBatch.Features(rows, tokens);
    }

    @Override
    public void close() throws IOException {
        cache.close();
    }
}
