package io.captionstream.network;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Where the layers of a graph get their weights from: variables when it is trained, constants when it is frozen. A name
 * may be asked for more than once and always gives the same operand.
 */
interface Parameters {
    /**
     * @param name as in PyTorch, for example {@code encoder.layer1.0.conv1.weight}
     * @param layout how the stored tensor becomes the operand
     * @param initializer initial values, if nothing is loaded
     * @param trainable false for statistics that no gradient updates
     * @param storedShape shape in the weights file
     * @return the tensor in graph layout
     * @throws IllegalArgumentException if the weights at hand have no such tensor or one of another shape
     */
    Operand<TFloat32> get(String name, Layout layout, Initializer initializer, boolean trainable, long... storedShape);
}
