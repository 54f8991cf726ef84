package io.captionstream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import io.captionstream.model.Alternative;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.Bundles;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.LiveModel;
import io.captionstream.model.ModelBundle;
import io.captionstream.model.Refinement;
import io.captionstream.network.TinyNetworks;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real model, many threads, and images that each want something else. */
class MixedOptionsTest {
    private static final int IMAGES = 6;
    private static final int THREADS = 4;
    private static final int SUBMISSIONS = 60;
    private static final DecodingOptions PLAIN = new DecodingOptions(4, 6, 0.7);
    private static final List<DecodingOptions> OPTIONS = List.of(
            PLAIN,
            PLAIN.with(new Refinement(6, 0, 1, 0, false, 0, 0)),
            PLAIN.with(new Refinement(0, 1, 2, 1, true, 0, 0)),
            PLAIN.with(new Refinement(0, 0, 1, 0, false, 1, 0)),
            PLAIN.with(new Refinement(0, 2, 1, 0, false, 0.7, 5)));

    @TempDir
    Path folder;

    private record Work(int image, DecodingOptions options, long seed) {}

    @Test
    void shouldGiveEachImageWhatItsOwnOptionsAndSeedGive() throws Exception {
        ModelBundle bundle = BundleWriter.write(folder.resolve("bundle"), Bundles.contents(TinyNetworks.resnet()));
        DjlCaptioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.of("cpu", "fp32", 0));
        ByteBuffer images = TinyNetworks.images(TinyNetworks.resnet(), IMAGES, 3);
        BatcherConfig config = new BatcherConfig(4, Duration.ofMillis(1), List.of(1, 2, 4));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (LiveModel model = new LiveModel(captioner);
                Batcher batcher = new Batcher(model, config, Ticker.systemTicker(), new BatcherListener() {})) {
            List<Future<List<Work>>> submitters = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(thread);
                submitters.add(threads.submit(() -> {
                    List<Work> wrong = new ArrayList<>();
                    List<Work> works = new ArrayList<>();
                    List<CompletableFuture<Inference>> futures = new ArrayList<>();
                    for (int i = 0; i < SUBMISSIONS; i++) {
                        Work work = new Work(
                                random.nextInt(IMAGES), OPTIONS.get(random.nextInt(OPTIONS.size())), random.nextInt(3));
                        works.add(work);
                        futures.add(batcher.submit(pixels(images, work), captioner.input(), work.options, work.seed));
                    }
                    for (int i = 0; i < SUBMISSIONS; i++) {
                        List<Alternative> found =
                                futures.get(i).get(60, TimeUnit.SECONDS).alternatives();
                        if (!texts(found).equals(texts(alone(captioner, images, works.get(i))))) {
                            wrong.add(works.get(i));
                        }
                    }
                    return wrong;
                }));
            }
            for (Future<List<Work>> submitter : submitters) {
                assertThat(submitter.get()).isEmpty();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Alternative> alone(DjlCaptioner captioner, ByteBuffer images, Work work) throws Exception {
        int size = captioner.input().bytes();
        return captioner
                .caption(images.slice(work.image * size, size), 1, work.options, new long[] {work.seed})
                .get(0);
    }

    private static byte[] pixels(ByteBuffer images, Work work) {
        byte[] pixels = new byte[images.capacity() / IMAGES];
        images.get(work.image * pixels.length, pixels);
        return pixels;
    }

    private static List<String> texts(List<Alternative> captions) {
        return captions.stream().map(Alternative::text).toList();
    }
}
