package io.captionstream.report;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import io.captionstream.model.Alternative;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one system says of images.
 *
 * @param name tells the systems of a report apart
 * @param properties what the captions depend on: the model's identity, the options
 * @param captions by image id
 */
public record SystemCaptions(String name, Map<String, String> properties, Map<String, Caption> captions) {
    public SystemCaptions {
        requireNonNull(name, "name is null");
        properties = ImmutableMap.copyOf(properties);
        captions = ImmutableMap.copyOf(captions);
    }

    /**
     * A caption.
     *
     * @param text the best one
     * @param alternatives best first; empty where only the text is known
     * @param confidence how likely it is that the text is right, from 0 to 1; null where nobody knows
     */
    public record Caption(
            String text,
            List<Alternative> alternatives,
            @Nullable Double confidence) {
        public Caption {
            requireNonNull(text, "text is null");
            alternatives = List.copyOf(alternatives);
        }

        Caption(String text, List<Alternative> alternatives) {
            this(text, alternatives, null);
        }
    }
}
