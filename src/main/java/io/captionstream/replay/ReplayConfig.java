package io.captionstream.replay;

import static java.util.Objects.requireNonNull;

import io.captionstream.caption.CaptionConfig;
import io.captionstream.image.ImageConfig;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.model.CaptionerConfig;
import java.time.Duration;

/**
 * How a replay captions; what the service is configured with makes captions that can be compared.
 *
 * @param caption its topics are the service's: the replay reads its image events and writes to none of them
 * @param closeTimeout how long it may take to come to a good place when it is stopped
 * @param register whether to register the schema of the captions before they are written
 */
public record ReplayConfig(
        CaptionConfig caption,
        ImageConfig images,
        CaptionerConfig captioner,
        BatcherConfig batcher,
        Duration closeTimeout,
        boolean register) {
    public ReplayConfig {
        requireNonNull(caption, "caption is null");
        requireNonNull(images, "images is null");
        requireNonNull(captioner, "captioner is null");
        requireNonNull(batcher, "batcher is null");
        requireNonNull(closeTimeout, "closeTimeout is null");
    }
}
