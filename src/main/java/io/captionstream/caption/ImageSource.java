package io.captionstream.caption;

import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ImageReference;
import io.captionstream.image.LoadListener;
import io.captionstream.image.LoadedImage;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Where images come from; in production {@code ImageLoader::load}. Safe for use by many threads, does not block. */
@FunctionalInterface
public interface ImageSource {
    /**
     * Fetches and decodes an image, and tells how far it is.
     *
     * @return fails with {@link io.captionstream.image.ImageException}
     */
    CompletableFuture<LoadedImage> load(ImageReference reference, Set<ImageGeometry> geometries, LoadListener listener);
}
