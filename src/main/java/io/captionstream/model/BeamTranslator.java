package io.captionstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import io.captionstream.network.FrozenGraph;
import io.captionstream.network.GraphSignature;
import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.TreeMap;

/** Hands a batch of pixels to a signature of the graph and takes the beams out of it. */
final class BeamTranslator implements NoBatchifyTranslator<BeamTranslator.Request, BeamResult> {
    private final InputSpec input;
    private final GraphSignature signature;

    BeamTranslator(InputSpec input, GraphSignature signature) {
        this.input = input;
        this.signature = signature;
    }

    /**
     * @param rgb direct, so that it is copied at once
     * @param seeds of the images
     */
    @SuppressWarnings("ArrayRecordComponent") // carries one batch to the graph, never compared
    record Request(ByteBuffer rgb, int batchSize, DecodingOptions options, long[] seeds) {}

    @Override
    public NDList processInput(TranslatorContext context, Request request) {
        NDManager manager = context.getNDManager();
        DecodingOptions options = request.options;
        // The engine goes through inputs in the order of their names.
        SortedMap<String, NDArray> inputs = new TreeMap<>();
        inputs.put(
                FrozenGraph.IMAGES,
                manager.create(
                        request.rgb, new Shape(request.batchSize, input.height(), input.width(), 3), DataType.UINT8));
        inputs.put(FrozenGraph.BEAM_WIDTH, manager.create(options.beamWidth()));
        inputs.put(FrozenGraph.MAX_LENGTH, manager.create(options.maxLength()));
        Refinement refinement = options.refined();
        if (signature != GraphSignature.SEARCH) {
            inputs.put(FrozenGraph.MIN_LENGTH, manager.create(refinement.minLength()));
            inputs.put(FrozenGraph.NO_REPEAT, manager.create(refinement.noRepeatNgram()));
        }
        if (signature == GraphSignature.REFINED_SEARCH) {
            inputs.put(FrozenGraph.BEAM_GROUPS, manager.create(refinement.beamGroups()));
            inputs.put(FrozenGraph.DIVERSITY, manager.create((float) refinement.diversity()));
            inputs.put(
                    FrozenGraph.SEARCH_LENGTH_PENALTY,
                    manager.create(refinement.penaltyInSearch() ? (float) options.lengthPenalty() : 0f));
        }
        if (signature == GraphSignature.SAMPLING) {
            inputs.put(FrozenGraph.TEMPERATURE, manager.create((float) refinement.temperature()));
            inputs.put(FrozenGraph.TOP_K, manager.create(refinement.topK()));
            inputs.put(
                    FrozenGraph.NOISE,
                    manager.create(
                            Noise.of(request.seeds, options.beamWidth(), options.maxLength()),
                            new Shape(request.batchSize, options.beamWidth(), options.maxLength())));
        }
        NDList list = new NDList();
        inputs.forEach((name, array) -> {
            array.setName(name);
            list.add(array);
        });
        return list;
    }

    @Override
    public BeamResult processOutput(TranslatorContext context, NDList outputs) {
        NDArray tokens = outputs.get(FrozenGraph.TOKENS);
        return new BeamResult(
                (int) tokens.getShape().get(1),
                (int) tokens.getShape().get(2),
                tokens.toIntArray(),
                outputs.get(FrozenGraph.LOG_PROBS).toFloatArray(),
                outputs.get(FrozenGraph.TOKEN_LOG_PROBS).toFloatArray(),
                outputs.get(FrozenGraph.LENGTHS).toIntArray(),
                outputs.get(FrozenGraph.FINISHED).toBooleanArray());
    }
}
