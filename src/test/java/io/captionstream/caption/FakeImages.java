package io.captionstream.caption;

import io.captionstream.image.ImageErrorCode;
import io.captionstream.image.ImageException;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ImageReference;
import io.captionstream.image.LoadListener;
import io.captionstream.image.LoadedImage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Images by URI: {@code image:7} is image 7, {@code broken:NOT_FOUND} fails with that code, {@code bug:} with a bug.
 * Inline images are broken.
 */
final class FakeImages implements ImageSource {
    private final AtomicInteger loads = new AtomicInteger();

    int loads() {
        return loads.get();
    }

    @Override
    public CompletableFuture<LoadedImage> load(
            ImageReference reference, Set<ImageGeometry> geometries, LoadListener listener) {
        loads.incrementAndGet();
        String uri = reference.uri();
        if (uri == null) {
            return broken(ImageErrorCode.NOT_AN_IMAGE);
        }
        String[] parts = uri.split(":", 2);
        return switch (parts[0].toLowerCase(Locale.ROOT)) {
            case "image" -> CompletableFuture.completedFuture(image(Integer.parseInt(parts[1]), geometries));
            case "broken" -> broken(ImageErrorCode.valueOf(parts[1]));
            default -> throw new IllegalStateException("a bug");
        };
    }

    static LoadedImage image(int number, Set<ImageGeometry> geometries) {
        Map<ImageGeometry, byte[]> pixels = new HashMap<>();
        for (ImageGeometry geometry : geometries) {
            pixels.put(
                    geometry,
                    ByteBuffer.allocate(geometry.pixelBytes()).putInt(number).array());
        }
        return new LoadedImage(
                640, 480, "jpeg", "image-digest", 1234, pixels, Duration.ofMillis(1), Duration.ofMillis(2));
    }

    private static CompletableFuture<LoadedImage> broken(ImageErrorCode code) {
        return CompletableFuture.failedFuture(
                new ImageException(code, ImageException.Stage.FETCH, "broken on purpose"));
    }
}
