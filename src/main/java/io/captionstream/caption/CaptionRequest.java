package io.captionstream.caption;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.captionstream.event.EventOrigin;
import io.captionstream.image.ImageReference;
import io.captionstream.model.DecodingOptions;
import java.util.List;
import java.util.Map;

/**
 * A valid image event.
 *
 * @param models names of known models, distinct, in the order asked
 * @param seed of captions that are drawn at random
 */
record CaptionRequest(
        String id,
        ImageReference image,
        List<String> models,
        DecodingOptions options,
        long seed,
        Map<String, String> attributes,
        EventOrigin origin) {
    CaptionRequest {
        models = ImmutableList.copyOf(models);
        attributes = ImmutableMap.copyOf(attributes);
    }
}
