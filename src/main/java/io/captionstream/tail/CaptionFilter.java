package io.captionstream.tail;

import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ModelCaption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which captions a person wants to see.
 *
 * @param ids pattern that the image id must contain; null for any
 * @param models names of models; empty for all
 * @param text pattern that a caption must contain; null for any
 * @param below confidence that a caption must be below, 0 to 1; null for any. Captions of models that state none pass
 *     over
 * @param attributes that the event must have
 */
public record CaptionFilter(
        @Nullable Pattern ids,
        Set<String> models,
        @Nullable Pattern text,
        @Nullable Double below,
        Map<String, String> attributes) {
    public CaptionFilter {
        models = Set.copyOf(models);
        attributes = Map.copyOf(attributes);
    }

    /** The captions of an event that are wanted; none if the event is not. */
    public List<ModelCaption> wanted(CaptionEvent event) {
        if (ids != null && !ids.matcher(event.getId()).find()
                || !event.getAttributes().entrySet().containsAll(attributes.entrySet())) {
            return List.of();
        }
        return event.getCaptions().stream().filter(this::isWanted).toList();
    }

    private boolean isWanted(ModelCaption caption) {
        return (models.isEmpty() || models.contains(caption.getModel()))
                && (text == null || text.matcher(caption.getCaption()).find())
                && (below == null || caption.getConfidence() != null && caption.getConfidence() < below);
    }
}
