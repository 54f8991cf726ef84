package io.captionstream.bench;

import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What the machine can do: JPEGs from memory decoded on all cores, ahead of inference, in full batches. No Kafka, no
 * fetching.
 */
final class RawLoop {
    private static final int BATCHES_AHEAD = 3;

    private final Captioner captioner;
    private final DecodingOptions options;
    private final ImageDecoder decoder;
    private final ImageGeometry geometry;
    private final int batch;

    RawLoop(Captioner captioner, DecodingOptions options, ImageDecoder decoder, ImageGeometry geometry, int batch) {
        this.captioner = captioner;
        this.options = options;
        this.decoder = decoder;
        this.geometry = geometry;
        this.batch = batch;
    }

    /** Captions {@code count} images, taken from {@code photos} in turn; returns images per second. */
    double run(List<byte[]> photos, int count) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocateDirect(batch * geometry.height() * geometry.width() * 3);
        ExecutorService decoders =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            long start = System.nanoTime();
            List<Future<byte[]>> ahead = new ArrayList<>();
            int submitted = 0;
            for (int done = 0; done < count; done += batch) {
                while (submitted < count && submitted < done + BATCHES_AHEAD * batch) {
                    byte[] photo = photos.get(submitted++ % photos.size());
                    ahead.add(decoders.submit(() ->
                            decoder.decode(photo, Set.of(geometry)).pixels().get(geometry)));
                }
                buffer.clear();
                for (Future<byte[]> image : ahead.subList(0, batch)) {
                    buffer.put(image.get());
                }
                ahead.subList(0, batch).clear();
                captioner.caption(buffer.flip(), batch, options);
            }
            return count / ((System.nanoTime() - start) / 1e9);
        } finally {
            decoders.shutdownNow();
        }
    }
}
