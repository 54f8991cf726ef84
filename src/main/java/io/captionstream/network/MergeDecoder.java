package io.captionstream.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Tanti et al. 2017, "What is the Role of Recurrent Neural Networks in an Image Caption Generator?", merge by addition:
 * the LSTM reads words only; scores are {@code dense(relu(dense(h + relu(dense(features)))))}.
 */
final class MergeDecoder extends Decoder {
    MergeDecoder(int embeddingSize, int hiddenSize, int vocabularySize) {
        super(embeddingSize, hiddenSize, vocabularySize);
    }

    @Override
    int imageSize() {
        return hiddenSize;
    }

    @Override
    Operand<TFloat32> image(Ops tf, Parameters parameters, Operand<TFloat32> features, int featureCount) {
        List<Operand<TFloat32>> layer = declareDense(parameters, "img", featureCount, hiddenSize, Initializer.he());
        return tf.nn.relu(dense(tf, features, layer.get(0), layer.get(1)));
    }

    @Override
    List<Operand<TFloat32>> declareOutput(Parameters parameters) {
        List<Operand<TFloat32>> layers =
                new ArrayList<>(declareDense(parameters, "fc", hiddenSize, hiddenSize, Initializer.he()));
        layers.addAll(declareDense(parameters, "out", hiddenSize, vocabularySize, Initializer.xavier()));
        return layers;
    }

    @Override
    State initial(Ops tf, Tensors tensors, Operand<TFloat32> image) {
        return zeros(tf, image);
    }

    @Override
    Operand<TFloat32> joined(Ops tf, Operand<TFloat32> hidden, Operand<TFloat32> image) {
        return tf.math.add(hidden, image);
    }

    @Override
    Operand<TFloat32> logits(Ops tf, Tensors tensors, Operand<TFloat32> joined) {
        List<Operand<TFloat32>> layers = tensors.output();
        return dense(tf, tf.nn.relu(dense(tf, joined, layers.get(0), layers.get(1))), layers.get(2), layers.get(3));
    }
}
