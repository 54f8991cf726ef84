package io.captionstream.network;

/**
 * How a tensor is stored (as PyTorch does, so that every other tool reads the files) and how TensorFlow wants it. The
 * translation happens when weights enter or leave a graph, never inside it.
 */
public enum Layout {
    /** The same on both sides. */
    PLAIN {
        @Override
        public long[] graphShape(long[] stored) {
            return stored.clone();
        }

        @Override
        public float[] toGraph(float[] values, long[] stored) {
            return values;
        }

        @Override
        public float[] toStored(float[] values, long[] stored) {
            return values;
        }
    },

    /** Dense layer: stored {@code [out, in]}, used as {@code [in, out]}. */
    LINEAR {
        @Override
        public long[] graphShape(long[] stored) {
            return new long[] {stored[1], stored[0]};
        }

        @Override
        public float[] toGraph(float[] values, long[] stored) {
            return transposed(values, (int) stored[0], (int) stored[1]);
        }

        @Override
        public float[] toStored(float[] values, long[] stored) {
            return transposed(values, (int) stored[1], (int) stored[0]);
        }
    },

    /** Convolution: stored {@code [out, in, height, width]}, used as {@code [height, width, in, out]}. */
    CONVOLUTION {
        @Override
        public long[] graphShape(long[] stored) {
            return new long[] {stored[2], stored[3], stored[1], stored[0]};
        }

        @Override
        public float[] toGraph(float[] values, long[] stored) {
            int outputs = (int) stored[0];
            int inputs = (int) stored[1];
            int cells = (int) (stored[2] * stored[3]);
            float[] result = new float[values.length];
            int from = 0;
            for (int output = 0; output < outputs; output++) {
                for (int input = 0; input < inputs; input++) {
                    for (int cell = 0; cell < cells; cell++) {
                        result[(cell * inputs + input) * outputs + output] = values[from++];
                    }
                }
            }
            return result;
        }

        @Override
        public float[] toStored(float[] values, long[] stored) {
            int outputs = (int) stored[0];
            int inputs = (int) stored[1];
            int cells = (int) (stored[2] * stored[3]);
            float[] result = new float[values.length];
            int to = 0;
            for (int output = 0; output < outputs; output++) {
                for (int input = 0; input < inputs; input++) {
                    for (int cell = 0; cell < cells; cell++) {
                        result[to++] = values[(cell * inputs + input) * outputs + output];
                    }
                }
            }
            return result;
        }
    };

    /** The shape TensorFlow sees for a tensor stored with this shape. */
    public abstract long[] graphShape(long[] stored);

    /** Values in graph order; may be the same array. {@code stored} is the stored shape. */
    public abstract float[] toGraph(float[] values, long[] stored);

    /** Values in stored order; may be the same array. {@code stored} is the stored shape. */
    public abstract float[] toStored(float[] values, long[] stored);

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] result = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                result[column * rows + row] = values[row * columns + column];
            }
        }
        return result;
    }
}
