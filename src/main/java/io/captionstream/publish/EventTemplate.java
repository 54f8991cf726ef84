package io.captionstream.publish;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.DecodingOverrides;
import io.captionstream.event.ImageEvent;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all events of a publication have in common.
 *
 * @param idPrefix what stands before every id; blank for nothing
 * @param models names of the models to caption with; empty for every model the service has
 * @param decoding null for the service's defaults
 * @param attributes carried through; those of a list's rows win
 * @param clock says when an event was made
 */
public record EventTemplate(
        String idPrefix,
        List<String> models,
        @Nullable DecodingOverrides decoding,
        Map<String, String> attributes,
        Clock clock) {
    public EventTemplate {
        requireNonNull(idPrefix, "idPrefix is null");
        models = List.copyOf(models);
        attributes = Map.copyOf(attributes);
        requireNonNull(clock, "clock is null");
    }

    /** An event with an image that is elsewhere. */
    ImageEvent reference(String id, String uri) {
        return event(id).setUri(uri).build();
    }

    /** An event that lacks its image yet. */
    ImageEvent.Builder event(String id) {
        checkArgument(!id.isBlank(), "an image has a blank id");
        return ImageEvent.newBuilder()
                .setId(idPrefix + id)
                .setModels(models)
                .setDecoding(decoding)
                .setAttributes(new HashMap<>(attributes))
                .setCreatedAt(clock.instant());
    }
}
