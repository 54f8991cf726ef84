package io.captionstream.caption;

import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ImageReference;
import io.captionstream.image.LoadListener;
import io.captionstream.image.LoadedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Images that come after a moment, or when they are let go. */
final class HeldImages implements ImageSource {
    private static final int MOMENT_MILLIS = 40;

    private final FakeImages images = new FakeImages();
    private final List<CompletableFuture<Void>> held = new ArrayList<>();
    private boolean holding;

    /** From now on, images wait until they are let go. */
    synchronized void hold() {
        holding = true;
    }

    /** How many wait. */
    synchronized int held() {
        held.removeIf(CompletableFuture::isDone);
        return held.size();
    }

    /** Lets some of those that wait go. */
    synchronized void release(int count) {
        held.removeIf(CompletableFuture::isDone);
        List<CompletableFuture<Void>> leaving = held.subList(0, Math.min(count, held.size()));
        leaving.forEach(gate -> gate.complete(null));
        leaving.clear();
    }

    /** Lets all go, and those that come from now on. */
    synchronized void releaseAll() {
        holding = false;
        release(held.size());
    }

    @Override
    public CompletableFuture<LoadedImage> load(
            ImageReference reference, Set<ImageGeometry> geometries, LoadListener listener) {
        CompletableFuture<Void> gate = gate();
        CompletableFuture<LoadedImage> loaded = gate.thenCompose(open -> images.load(reference, geometries, listener));
        // One that is given up waits no more.
        var unused = loaded.whenComplete((image, failure) -> gate.complete(null));
        return loaded;
    }

    private synchronized CompletableFuture<Void> gate() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        if (holding) {
            held.add(gate);
            return gate;
        }
        return gate.completeOnTimeout(null, ThreadLocalRandom.current().nextInt(MOMENT_MILLIS), TimeUnit.MILLISECONDS);
    }
}
