package io.captionstream.inference;

import com.google.common.collect.ImmutableList;
import io.captionstream.model.DecodingOptions;
import java.util.List;

/** Images that go to the model together, oldest first, all with the same options. */
record Batch(DecodingOptions options, List<PendingImage> images, CloseReason reason) {
    Batch {
        images = ImmutableList.copyOf(images);
    }
}
