package io.captionstream.labels;

import static com.google.common.base.Preconditions.checkArgument;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.LabeledPair;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.image.ImageReference;
import io.captionstream.text.Tokenizer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which records can be learned from. A caption without words or with too many is left out; a pair that has no other is
 * refused. Captions in any script are taken: whether their words can be learned depends on the model and on how frequent
 * they are, see {@link LabeledDataset#understoodBy}.
 */
public final class LabelRules {
    private static final int MAX_CAPTIONS = 100;
    /** Looked at before the words are: splitting megabytes takes time and memory. */
    private static final int MAX_CHARACTERS_PER_WORD = 100;

    private final LabelDecoder decoder;
    private final int maxWords;

    /** @param maxWords most words of a caption */
    public LabelRules(LabelDecoder decoder, int maxWords) {
        checkArgument(maxWords > 0, "maxWords must be positive: %s", maxWords);
        this.decoder = requireNonNull(decoder, "decoder is null");
        this.maxWords = maxWords;
    }

    /**
     * The label that a record's key and value are.
     *
     * @throws RefusedLabelException if they are none
     * @throws io.captionstream.event.RegistryUnavailableException if the registry could not be asked for the schema now
     */
    public Label label(byte @Nullable [] key, byte[] value) throws RefusedLabelException {
        LabeledPair pair;
        try {
            pair = decoder.decode(value);
        } catch (UndecodableEventException e) {
            throw new RefusedLabelException(outcome(e.kind()), String.valueOf(e.getMessage()), e);
        }
        String id = id(key);
        if (!id.equals(pair.getId())) {
            throw invalid("The key is not the id: a null value under the key would not withdraw the pair");
        }
        return new Label(id, image(pair), captions(pair.getCaptions()));
    }

    private static LabelOutcome outcome(UndecodableEventException.Kind kind) {
        return switch (kind) {
            case NOT_AVRO, CORRUPT -> LabelOutcome.UNDECODABLE_PAIR;
            case UNKNOWN_SCHEMA, UNANSWERED_SCHEMA, WRONG_SCHEMA -> LabelOutcome.WRONG_SCHEMA;
        };
    }

    /**
     * The image id that a record's key is.
     *
     * @throws RefusedLabelException if there is none
     */
    public static String id(byte @Nullable [] key) throws RefusedLabelException {
        String id = key == null ? "" : new String(key, UTF_8);
        if (id.isBlank()) {
            throw invalid("The key, which must be the image id, is blank");
        }
        return id;
    }

    private static ImageReference image(LabeledPair pair) throws RefusedLabelException {
        String uri = pair.getUri();
        ByteBuffer content = pair.getContent();
        if (uri != null && content == null) {
            return ImageReference.ofUri(uri);
        }
        if (uri == null && content != null) {
            byte[] bytes = new byte[content.remaining()];
            content.duplicate().get(bytes);
            return ImageReference.ofContent(bytes);
        }
        throw invalid(uri == null ? "There is neither a uri nor content" : "There are both a uri and content");
    }

    private List<String> captions(List<String> given) throws RefusedLabelException {
        if (given.size() > MAX_CAPTIONS) {
            throw new RefusedLabelException(
                    LabelOutcome.TOO_MANY_CAPTIONS,
                    "The pair has %d captions, the limit is %d".formatted(given.size(), MAX_CAPTIONS));
        }
        Set<String> captions = new LinkedHashSet<>();
        boolean tooLong = false;
        for (String caption : given) {
            if (caption.length() > (long) maxWords * MAX_CHARACTERS_PER_WORD) {
                tooLong = true;
                continue;
            }
            int words = Tokenizer.tokenize(caption).size();
            if (words > maxWords) {
                tooLong = true;
            } else if (words > 0) {
                captions.add(caption);
            }
        }
        if (captions.isEmpty()) {
            throw tooLong
                    ? new RefusedLabelException(
                            LabelOutcome.CAPTION_TOO_LONG, "The caption has more than %d words".formatted(maxWords))
                    : new RefusedLabelException(LabelOutcome.NO_CAPTION, "No caption has a word in it");
        }
        return new ArrayList<>(captions);
    }

    private static RefusedLabelException invalid(String message) {
        return new RefusedLabelException(LabelOutcome.INVALID_PAIR, message);
    }
}
