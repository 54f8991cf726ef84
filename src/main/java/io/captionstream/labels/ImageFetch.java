package io.captionstream.labels;

import io.captionstream.image.ImageReference;
import io.captionstream.image.VerifiedImage;
import java.util.concurrent.CompletableFuture;

/** Fetches images; {@link io.captionstream.image.ImageLoader#verify} is one. */
@FunctionalInterface
public interface ImageFetch {
    /** The image, or an {@link io.captionstream.image.ImageException} as the cause of failure. */
    CompletableFuture<VerifiedImage> fetch(ImageReference reference);
}
