package io.captionstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.captionstream.network.Beam;
import io.captionstream.network.GraphSignature;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.ReferenceSearch;
import io.captionstream.network.TinyNetworks;
import io.captionstream.network.TrainingBatch;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.TrainingOptions;
import io.captionstream.network.Weights;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DjlCaptionerTest {
    private static final CaptionerConfig CONFIG = CaptionerConfig.of("cpu", "fp32", 0);
    private static final int BATCH = 3;

    @TempDir
    Path folder;

    static NetworkConfig[] networks() {
        return new NetworkConfig[] {TinyNetworks.resnet(), TinyNetworks.inception()};
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldCaptionAsTheTrainedNetworkWould(NetworkConfig network) throws Exception {
        ByteBuffer images = TinyNetworks.images(network, BATCH, 5);
        Weights weights;
        float[] features;
        try (TrainingGraph graph = new TrainingGraph(network, TrainingOptions.defaults(), 2)) {
            // Moves the statistics, so that folding them is tested too.
            for (int step = 0; step < 5; step++) {
                graph.step(
                        new TrainingBatch.Pixels(
                                TinyNetworks.images(network, BATCH, step), TinyNetworks.captions(BATCH)),
                        0.003f);
            }
            weights = graph.weights();
            features = graph.features(images, BATCH);
        }
        ModelBundle bundle = BundleWriter.write(folder.resolve("bundle"), Bundles.contents(network, weights));
        ReferenceSearch reference = new ReferenceSearch(weights);
        try (DjlCaptioner captioner = DjlCaptioner.load(bundle, CONFIG)) {
            assertThat(captioner.identity()).isEqualTo(bundle.identity());
            captioner.warmUp(List.of(1, 2), new DecodingOptions(2, 4, 0));
            for (int width : new int[] {1, 3}) {
                List<List<Alternative>> captions = captioner.caption(images, BATCH, new DecodingOptions(width, 9, 0));
                assertThat(captions).hasSize(BATCH);
                for (int image = 0; image < BATCH; image++) {
                    double[] vector = new double[features.length / BATCH];
                    for (int i = 0; i < vector.length; i++) {
                        vector[i] = features[image * vector.length + i];
                    }
                    List<Beam> expected = reference.search(vector, width, 9);
                    List<Alternative> actual = captions.get(image);
                    assertThat(actual).hasSize(width);
                    assertThat(actual)
                            .extracting(Alternative::complete)
                            .containsExactlyInAnyOrderElementsOf(
                                    expected.stream().map(Beam::finished).toList());
                    List<Double> sums =
                            expected.stream().map(Beam::logProbability).sorted().toList();
                    List<Double> found = actual.stream()
                            .map(Alternative::logProbability)
                            .sorted()
                            .toList();
                    for (int i = 0; i < width; i++) {
                        assertThat(found.get(i)).isCloseTo(sums.get(i), within(2e-3));
                    }
                }
            }
            assertThat(images.remaining()).isEqualTo(BATCH * captioner.input().bytes());
        }
    }

    @Test
    void shouldRefuseWhatItCannotCaption() throws Exception {
        ModelBundle bundle = BundleWriter.write(folder.resolve("bundle"), Bundles.contents(TinyNetworks.resnet()));
        DjlCaptioner captioner = DjlCaptioner.load(bundle, CONFIG);
        ByteBuffer image = ByteBuffer.allocateDirect(captioner.input().bytes());
        DecodingOptions options = new DecodingOptions(1, 4, 0);
        assertThatThrownBy(() -> captioner.caption(image, 2, options)).hasMessageContaining("do not make");
        assertThatThrownBy(() -> captioner.caption(ByteBuffer.allocate(image.capacity()), 1, options))
                .hasMessageContaining("direct");
        assertThatThrownBy(() -> captioner.caption(image, 1, new DecodingOptions(13, 4, 0)))
                .hasMessageContaining("13 beams");
        captioner.close();
        captioner.close();
        InferenceException closed =
                catchThrowableOfType(InferenceException.class, () -> captioner.caption(image, 1, options));
        assertThat(closed.code()).isEqualTo(InferenceException.Code.CLOSED);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldRefineItsSearch(NetworkConfig network) throws Exception {
        ModelBundle bundle = BundleWriter.write(folder.resolve("bundle"), Bundles.contents(network));
        assertThat(bundle.signatures()).containsExactly(GraphSignature.values());
        DecodingOptions plain = new DecodingOptions(4, 8, 0.7);
        try (DjlCaptioner captioner = DjlCaptioner.load(bundle, CONFIG)) {
            ByteBuffer images = TinyNetworks.images(network, BATCH, 1);
            DecodingOptions refined = plain.with(new Refinement(8, 1, 2, 3, true, 0, 0));
            for (List<Alternative> captions : captioner.caption(images, BATCH, refined)) {
                assertThat(captions).hasSize(4).allSatisfy(caption -> {
                    List<String> words = caption.tokens().stream()
                            .map(Alternative.Token::text)
                            .toList();
                    assertThat(words).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(7);
                    assertThat(caption.score())
                            .isCloseTo(caption.logProbability() / Math.pow(13 / 6.0, 0.7), within(1e-9));
                });
            }
            // The plain search is still there, and still the same.
            List<List<Alternative>> expected = captioner.caption(images, BATCH, plain);
            assertThat(captioner.caption(images, BATCH, plain.with(new Refinement(0, 50, 1, 0, false, 0, 0))))
                    .usingRecursiveComparison()
                    .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-4 ? 0 : 1, Double.class)
                    .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-4 ? 0 : 1, Float.class)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldDrawTheSameCaptionsWithASeedWhereverTheImageStands(NetworkConfig network) throws Exception {
        ModelBundle bundle = BundleWriter.write(folder.resolve("bundle"), Bundles.contents(network));
        DecodingOptions drawn = new DecodingOptions(2, 8, 0).with(new Refinement(0, 0, 1, 0, false, 1, 0));
        try (DjlCaptioner captioner = DjlCaptioner.load(bundle, CONFIG)) {
            int size = captioner.input().bytes();
            ByteBuffer images = ByteBuffer.allocateDirect(4 * size);
            images.put(TinyNetworks.images(network, 3, 1))
                    .put(TinyNetworks.images(network, 1, 1))
                    .flip();
            List<List<Alternative>> together = captioner.caption(images, 4, drawn, new long[] {11, 12, 13, 11});

            // The last image is the first one again.
            assertThat(texts(together.get(3))).isEqualTo(texts(together.get(0)));
            for (int image = 0; image < 3; image++) {
                ByteBuffer alone = images.slice(image * size, size);
                assertThat(texts(captioner
                                .caption(alone, 1, drawn, new long[] {11 + image})
                                .get(0)))
                        .isEqualTo(texts(together.get(image)));
            }
            Set<List<String>> others = new HashSet<>();
            for (long seed = 0; seed < 20; seed++) {
                others.add(texts(captioner
                        .caption(images.slice(0, size), 1, drawn, new long[] {seed})
                        .get(0)));
            }
            assertThat(others).hasSizeGreaterThan(10);
        }
    }

    private static List<String> texts(List<Alternative> captions) {
        return captions.stream().map(Alternative::text).toList();
    }

    @Test
    void shouldServeAnEarlierGraphAndSayWhatItLacks() throws Exception {
        ModelBundle bundle = Bundles.withSearchOnly(
                BundleWriter.write(folder.resolve("bundle"), Bundles.contents(TinyNetworks.resnet())));
        assertThat(bundle.signatures()).containsExactly(GraphSignature.SEARCH);
        DecodingOptions plain = new DecodingOptions(2, 4, 0);
        try (DjlCaptioner captioner = DjlCaptioner.load(bundle, CONFIG)) {
            ByteBuffer image = ByteBuffer.allocateDirect(captioner.input().bytes());
            assertThat(captioner.caption(image, 1, plain)).hasSize(1);
            for (double temperature : new double[] {0, 1}) {
                InferenceException refusal = catchThrowableOfType(
                        InferenceException.class,
                        () -> captioner.caption(
                                image, 1, plain.with(new Refinement(3, 0, 1, 0, false, temperature, 0))));
                assertThat(refusal.code()).isEqualTo(InferenceException.Code.UNSUPPORTED_OPTIONS);
                assertThat(refusal).hasMessageContaining("reexport");
            }
        }
    }

    @Test
    void shouldBeAsConfidentAsItsBundleSays() throws Exception {
        ConfidenceCalibration calibration = new ConfidenceCalibration(2, 1.5, -0.1);
        ModelBundle bundle = BundleWriter.write(
                folder.resolve("bundle"),
                Bundles.contents(TinyNetworks.resnet(), new BundleQuality(calibration, null)));
        try (DjlCaptioner captioner = DjlCaptioner.load(bundle, CONFIG)) {
            Alternative caption = new Alternative(
                    "a b", -3, -3, true, List.of(new Alternative.Token("a", -1), new Alternative.Token("b", -1)));
            assertThat(captioner.confidence(caption)).isCloseTo(1 / (1 + Math.exp(-(2 - 1.5 - 0.3))), within(1e-12));
        }
        ModelBundle without = BundleWriter.write(folder.resolve("without"), Bundles.contents(TinyNetworks.resnet()));
        try (DjlCaptioner captioner = DjlCaptioner.load(without, CONFIG)) {
            assertThat(captioner.confidence(new Alternative("", -1, -1, true, List.of())))
                    .isNull();
        }
    }

    @Test
    void shouldCloseSafelyWhileOthersCaption() throws Exception {
        ModelBundle bundle = BundleWriter.write(folder.resolve("bundle"), Bundles.contents(TinyNetworks.resnet()));
        DjlCaptioner captioner = DjlCaptioner.load(bundle, CONFIG);
        ByteBuffer image = ByteBuffer.allocateDirect(captioner.input().bytes());
        DecodingOptions options = new DecodingOptions(2, 4, 0);
        List<List<Alternative>> expected = captioner.caption(image, 1, options);
        CountDownLatch running = new CountDownLatch(3);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<InferenceException.Code>> codes = java.util.stream.IntStream.range(0, 3)
                    .mapToObj(thread -> threads.submit(() -> {
                        while (true) {
                            try {
                                assertThat(captioner.caption(image.duplicate(), 1, options))
                                        .isEqualTo(expected);
                                running.countDown();
                            } catch (InferenceException e) {
                                return e.code();
                            }
                        }
                    }))
                    .toList();
            running.await();
            captioner.close();
            for (Future<InferenceException.Code> code : codes) {
                assertThat(code.get()).isEqualTo(InferenceException.Code.CLOSED);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shouldSayThatThereIsNoGpu() {
        assertThatThrownBy(() -> DjlCaptioner.device(CaptionerConfig.Device.GPU, 0))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("device gpu is asked for");
    }

    @Test
    void shouldUseTheFirstGpuUnlessToldNotTo() throws InferenceException {
        assertThat(DjlCaptioner.device(CaptionerConfig.Device.AUTO, 1).isGpu()).isTrue();
        assertThat(DjlCaptioner.device(CaptionerConfig.Device.AUTO, 0).isGpu()).isFalse();
        assertThat(DjlCaptioner.device(CaptionerConfig.Device.CPU, 1).isGpu()).isFalse();
        assertThat(DjlCaptioner.device(CaptionerConfig.Device.GPU, 2).isGpu()).isTrue();
    }

    @Test
    void shouldReadItsConfiguration() {
        assertThat(CaptionerConfig.of("gpu", "bf16", 2))
                .isEqualTo(new CaptionerConfig(CaptionerConfig.Device.GPU, CaptionerConfig.Precision.BF16, 2));
        assertThatThrownBy(() -> CaptionerConfig.of("tpu", "auto", 0))
                .hasMessage("device must be one of [auto, cpu, gpu]: tpu");
    }
}
