package io.captionstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import io.captionstream.network.FrozenGraph;
import java.nio.ByteBuffer;

/** Hands a batch of pixels to the graph and takes the beams out of it. */
final class BeamTranslator implements NoBatchifyTranslator<BeamTranslator.Request, BeamResult> {
    private final InputSpec input;

    BeamTranslator(InputSpec input) {
        this.input = input;
    }

    /**
     * @param rgb direct, so that it is copied at once
     */
    record Request(ByteBuffer rgb, int batchSize, DecodingOptions options) {}

    @Override
    public NDList processInput(TranslatorContext context, Request request) {
        NDManager manager = context.getNDManager();
        NDArray width = manager.create(request.options.beamWidth());
        NDArray images = manager.create(
                request.rgb, new Shape(request.batchSize, input.height(), input.width(), 3), DataType.UINT8);
        NDArray length = manager.create(request.options.maxLength());
        width.setName(FrozenGraph.BEAM_WIDTH);
        images.setName(FrozenGraph.IMAGES);
        length.setName(FrozenGraph.MAX_LENGTH);
        // The engine goes through inputs in the order of their names.
        return new NDList(width, images, length);
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
