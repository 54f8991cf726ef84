package io.captionstream.publish;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.common.base.Strings;
import io.captionstream.event.ImageEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A row of a list. Exactly one of {@code uri}, {@code file} and {@code content} is set.
 *
 * @param id of the image; null for the URI or the file's path
 * @param file relative to the list
 * @param content the encoded image
 * @param models null for the publication's
 * @param decoding options of this event; null for the publication's
 * @param attributes on top of the publication's
 * @param createdAt null for now
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@SuppressWarnings("ArrayRecordComponent")
record ImageRow(
        @Nullable String id,
        @Nullable String uri,
        @Nullable String file,
        byte @Nullable [] content,
        @Nullable List<String> models,
        @Nullable Map<String, String> decoding,
        @Nullable Map<String, String> attributes,
        @Nullable Instant createdAt) {
    /**
     * The event.
     *
     * @param folder of the list
     * @throws IllegalArgumentException if the row does not name one image
     */
    ImageEvent event(EventTemplate template, Placement placement, Path folder) throws IOException {
        checkArgument(
                Stream.of(uri, file, content).filter(value -> value != null).count() == 1,
                "exactly one of uri, file and content must be set");
        ImageEvent event = template.event(name()).build();
        if (uri != null) {
            event.setUri(uri);
        } else if (content != null) {
            event.setContent(ByteBuffer.wrap(content));
        } else if (file != null) {
            placement.place(event, folder.resolve(file), file);
        }
        if (models != null) {
            event.setModels(models);
        }
        if (decoding != null) {
            event.setDecoding(DecodingFields.parse(decoding));
        }
        if (attributes != null) {
            event.getAttributes().putAll(attributes);
        }
        if (createdAt != null) {
            event.setCreatedAt(createdAt);
        }
        return event;
    }

    private String name() {
        if (!Strings.isNullOrEmpty(id)) {
            return id;
        }
        checkArgument(content == null, "an image in the list itself needs an id");
        return uri == null ? Strings.nullToEmpty(file) : ImageAddress.id(uri);
    }
}
