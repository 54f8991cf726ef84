package io.captionstream.bench;

import static com.google.common.base.Preconditions.checkState;

import io.captionstream.network.Architecture;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TrainingBatch;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.TrainingOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Training steps of the whole of {@code resnet50-lstm} at full size: their time, and the memory of the process. */
public final class WholeNetworkStep {
    /** What the last line ends with. */
    static final Pattern PEAK = Pattern.compile("largest memory of the process (\\d+) MB");

    private static final Pattern HIGH_WATER_MARK = Pattern.compile("VmHWM:\\s*(\\d+) kB");
    private static final int BATCH = 8;
    private static final int VOCABULARY = 10_000;

    private WholeNetworkStep() {}

    /** @param arguments number of steps to time, after one that is not */
    public static void main(String[] arguments) throws IOException {
        NetworkConfig network = NetworkConfig.paper(Architecture.RESNET50_LSTM, VOCABULARY);
        TrainingBatch batch = batch(network, new Random(1));
        double[] times = new double[Integer.parseInt(arguments[0])];
        try (TrainingGraph graph = new TrainingGraph(network, TrainingOptions.defaults(), 1)) {
            for (int step = -1; step < times.length; step++) {
                long start = System.nanoTime();
                checkState(Float.isFinite(graph.step(batch, 0.001f)), "the loss is not a number");
                times[Math.max(0, step)] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(times);
        System.out.printf(
                Locale.ROOT,
                "resnet50-lstm end to end, batch %d: %.0f ms a step (median of %d), largest memory of the process %d MB%n",
                BATCH,
                times[times.length / 2],
                times.length,
                peakBytes() / 1_000_000);
    }

    private static TrainingBatch batch(NetworkConfig network, Random random) {
        byte[] pixels = new byte[BATCH * network.imageSize() * network.imageSize() * 3];
        random.nextBytes(pixels);
        int[][] captions = new int[BATCH][network.maxLength()];
        for (int[] caption : captions) {
            Arrays.setAll(caption, i -> 4 + random.nextInt(VOCABULARY - 4));
        }
        return new TrainingBatch.Pixels(
                ByteBuffer.allocateDirect(pixels.length).put(pixels).flip(), captions);
    }

    private static long peakBytes() throws IOException {
        Matcher mark = HIGH_WATER_MARK.matcher(Files.readString(Path.of("/proc/self/status")));
        checkState(mark.find(), "the system does not say how much memory the process had");
        return Long.parseLong(mark.group(1)) * 1024;
    }
}
