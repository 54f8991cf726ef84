package io.captionstream.network;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * What a serving graph can be asked for. All signatures share the encoder and the weights; each has a search of its own.
 * They give the same outputs, see {@link FrozenGraph}.
 */
public enum GraphSignature {
    /** Beam search: inputs {@code images}, {@code beam_width}, {@code max_length}. Every graph has it. */
    SEARCH("serving_default", ""),

    /**
     * Beam search that is steered. Further inputs, all scalars: {@code min_length}, {@code no_repeat}, {@code beam_groups}
     * (int32), {@code diversity}, {@code search_length_penalty} (float).
     */
    REFINED_SEARCH("refined_search", "refined_"),

    /**
     * Captions drawn at random. Further inputs: {@code min_length}, {@code no_repeat}, {@code top_k} (int32 scalars),
     * {@code temperature} (float scalar), {@code noise} (float {@code [B, K, T]}, from 0 up to but not including 1).
     */
    SAMPLING("sampling", "sampled_");

    private static final String INTEGER = "DT_INT32 []";
    private static final String NUMBER = "DT_FLOAT []";

    private final String key;
    private final String prefix;

    GraphSignature(String key, String prefix) {
        this.key = key;
        this.prefix = prefix;
    }

    /** Its name in the SavedModel. */
    public String key() {
        return key;
    }

    /** Before the names of its outputs in the graph. */
    String prefix() {
        return prefix;
    }

    /** Types and shapes of the inputs by name. */
    Map<String, String> inputs(NetworkConfig config) {
        int size = config.imageSize();
        ImmutableMap.Builder<String, String> inputs = ImmutableMap.builder();
        inputs.put(FrozenGraph.IMAGES, "DT_UINT8 [-1, " + size + ", " + size + ", 3]");
        inputs.put(FrozenGraph.BEAM_WIDTH, INTEGER).put(FrozenGraph.MAX_LENGTH, INTEGER);
        if (this != SEARCH) {
            inputs.put(FrozenGraph.MIN_LENGTH, INTEGER).put(FrozenGraph.NO_REPEAT, INTEGER);
        }
        if (this == REFINED_SEARCH) {
            inputs.put(FrozenGraph.BEAM_GROUPS, INTEGER)
                    .put(FrozenGraph.DIVERSITY, NUMBER)
                    .put(FrozenGraph.SEARCH_LENGTH_PENALTY, NUMBER);
        }
        if (this == SAMPLING) {
            inputs.put(FrozenGraph.TEMPERATURE, NUMBER)
                    .put(FrozenGraph.TOP_K, INTEGER)
                    .put(FrozenGraph.NOISE, "DT_FLOAT [-1, -1, -1]");
        }
        return inputs.buildOrThrow();
    }

    /** Types and shapes of the outputs by name. */
    static Map<String, String> outputs() {
        return Map.of(
                FrozenGraph.TOKENS, "DT_INT32 [-1, -1, -1]",
                FrozenGraph.LOG_PROBS, "DT_FLOAT [-1, -1]",
                FrozenGraph.TOKEN_LOG_PROBS, "DT_FLOAT [-1, -1, -1]",
                FrozenGraph.LENGTHS, "DT_INT32 [-1, -1]",
                FrozenGraph.FINISHED, "DT_BOOL [-1, -1]");
    }
}
