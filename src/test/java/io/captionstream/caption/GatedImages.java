package io.captionstream.caption;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ImageReference;
import io.captionstream.image.LoadListener;
import io.captionstream.image.LoadedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Images as {@link FakeImages} has them, and those of {@code hang:7}, which do not answer while the gate is shut. */
final class GatedImages implements ImageSource {
    private static final String HANGING = "hang:";

    private final FakeImages images = new FakeImages();

    @GuardedBy("this")
    private final List<Held> held = new ArrayList<>();

    @GuardedBy("this")
    private boolean open;

    private record Held(int image, Set<ImageGeometry> geometries, CompletableFuture<LoadedImage> answer) {
        void release() {
            answer.complete(FakeImages.image(image, geometries));
        }
    }

    @Override
    public CompletableFuture<LoadedImage> load(
            ImageReference reference, Set<ImageGeometry> geometries, LoadListener listener) {
        String uri = reference.uri();
        if (uri == null || !uri.startsWith(HANGING)) {
            return images.load(reference, geometries, listener);
        }
        Held image = new Held(Integer.parseInt(uri.substring(HANGING.length())), geometries, new CompletableFuture<>());
        synchronized (this) {
            if (!open) {
                held.add(image);
                return image.answer();
            }
        }
        image.release();
        return image.answer();
    }

    /** How many images are waited for now; those of which nobody wants to know any more do not count. */
    synchronized int held() {
        held.removeIf(image -> image.answer().isDone());
        return held.size();
    }

    /** Answers what is waited for, and from now on at once. */
    void open() {
        List<Held> released;
        synchronized (this) {
            open = true;
            released = List.copyOf(held);
            held.clear();
        }
        released.forEach(Held::release);
    }

    /** Does not answer any more. */
    synchronized void shut() {
        open = false;
    }
}
