package io.captionstream.bench;

import static com.google.common.base.Preconditions.checkState;

import io.captionstream.caption.HangingPartition;
import io.captionstream.embedded.EmbeddedBroker;
import io.captionstream.embedded.EmbeddedStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * What a partition whose images never answer costs the fifteen others on its stream thread. Two instances caption the
 * same number of events side by side, so that whatever else the machine does is the same for both: one as it should be,
 * one with 1,000 hanging images, in turns. Images and model are fakes that answer at once.
 */
public final class FairnessBench {
    private static final int HANGING_EVENTS = 1000;

    private FairnessBench() {}

    public static void main(String[] args) throws Exception {
        int rounds = Integer.getInteger("bench.rounds", 5);
        int perPartition = Integer.getInteger("bench.images", 1280);
        try (EmbeddedStack stack = EmbeddedStack.start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(stack::close));
            Path directory = Files.createDirectories(stack.directory().resolve("instances"));
            run(stack.broker(), directory, rounds, perPartition);
        }
    }

    private static void run(EmbeddedBroker broker, Path directory, int rounds, int perPartition) throws Exception {
        double[] ratios = new double[rounds];
        try (HangingPartition first = new HangingPartition(broker, directory);
                HangingPartition second = new HangingPartition(broker, directory)) {
            System.out.println("Warming up ...");
            sideBySide(first, second, perPartition);
            for (int round = 0; round < rounds; round++) {
                ratios[round] = round % 2 == 0
                        ? throughputWhileHanging(first, second, perPartition)
                        : throughputWhileHanging(second, first, perPartition);
                System.out.printf(Locale.ROOT, "  round %d: %.3f times%n", round + 1, ratios[round]);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "Throughput while one partition hangs: %.3f times that without (median)%n",
                Median.of(ratios));
    }

    /** As a multiple of that of the other. */
    private static double throughputWhileHanging(HangingPartition hanging, HangingPartition healthy, int perPartition) {
        hanging.hang(HANGING_EVENTS);
        Times times = sideBySide(hanging, healthy, perPartition);
        checkState(hanging.isFull(), "the images did not hang");
        hanging.resume();
        System.out.printf(
                "%d events: %d ms, while one partition hangs %d ms",
                perPartition * 15, times.second().toMillis(), times.first().toMillis());
        return (double) times.second().toNanos() / times.first().toNanos();
    }

    private record Times(Duration first, Duration second) {}

    private static Times sideBySide(HangingPartition first, HangingPartition second, int perPartition) {
        CompletableFuture<Duration> other = CompletableFuture.supplyAsync(() -> second.captionOthers(perPartition));
        return new Times(first.captionOthers(perPartition), other.join());
    }
}
