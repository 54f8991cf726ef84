package io.captionstream.network;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Vinyals et al. 2014, "Show and Tell": a linear map of the features is the first input of the LSTM, before the start
 * token; its output there is not used. Scores are a linear map of the state.
 */
final class PreInjectDecoder extends Decoder {
    PreInjectDecoder(int embeddingSize, int hiddenSize, int vocabularySize) {
        super(embeddingSize, hiddenSize, vocabularySize);
    }

    @Override
    int imageSize() {
        return embeddingSize;
    }

    @Override
    Operand<TFloat32> image(Ops tf, Parameters parameters, Operand<TFloat32> features, int featureCount) {
        List<Operand<TFloat32>> layer =
                declareDense(parameters, "img", featureCount, embeddingSize, Initializer.xavier());
        return dense(tf, features, layer.get(0), layer.get(1));
    }

    @Override
    List<Operand<TFloat32>> declareOutput(Parameters parameters) {
        return declareDense(parameters, "out", hiddenSize, vocabularySize, Initializer.xavier());
    }

    @Override
    State initial(Ops tf, Tensors tensors, Operand<TFloat32> image) {
        return step(tf, tensors, image, zeros(tf, image));
    }

    @Override
    Operand<TFloat32> joined(Ops tf, Operand<TFloat32> hidden, Operand<TFloat32> image) {
        return hidden;
    }

    @Override
    Operand<TFloat32> logits(Ops tf, Tensors tensors, Operand<TFloat32> joined) {
        return dense(tf, joined, tensors.output().get(0), tensors.output().get(1));
    }
}
