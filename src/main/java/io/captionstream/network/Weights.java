package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Named float tensors in PyTorch's names and layouts: convolutions {@code [out, in, height, width]}, dense layers
 * {@code [out, in]}, LSTM gates in the order input, forget, cell, output. Immutable and in the order of their names, so
 * that equal weights make equal files.
 */
public final class Weights {
    /** No tensors. */
    public static final Weights EMPTY = builder().build();

    private final ImmutableMap<String, Tensor> tensors;

    private Weights(Map<String, Tensor> tensors) {
        this.tensors = ImmutableMap.copyOf(new TreeMap<>(tensors));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Names in ascending order. */
    public Set<String> names() {
        return tensors.keySet();
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** @throws IllegalArgumentException if there is no such tensor */
    public long[] shape(String name) {
        return tensor(name).shape.clone();
    }

    /**
     * Row-major values, read-only.
     *
     * @throws IllegalArgumentException if there is no such tensor
     */
    public FloatBuffer values(String name) {
        return FloatBuffer.wrap(tensor(name).values).asReadOnlyBuffer();
    }

    /** Number of values in all tensors. */
    public long parameterCount() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.values.length)
                .sum();
    }

    /** The tensors whose names the filter accepts. */
    public Weights only(Predicate<String> filter) {
        Builder builder = builder();
        tensors.forEach((name, tensor) -> {
            if (filter.test(name)) {
                builder.tensors.put(name, tensor);
            }
        });
        return builder.build();
    }

    /** These tensors and the other ones; where both have a name, the other one's tensor. */
    public Weights with(Weights other) {
        return builder().putAll(this).putAll(other).build();
    }

    /** The array itself: for this package, which does not write to it. */
    float[] array(String name) {
        return tensor(name).values;
    }

    private Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        checkArgument(tensor != null, "there is no tensor '%s'", name);
        return tensor;
    }

    static int elements(long... shape) {
        long product = 1;
        for (long dimension : shape) {
            checkArgument(dimension >= 0, "negative dimension in %s", Arrays.toString(shape));
            product = Math.multiplyExact(product, dimension);
        }
        return Math.toIntExact(product);
    }

    /** Those of the encoder. */
    public Weights encoder() {
        return only(name -> name.startsWith(Encoder.PREFIX));
    }

    /** Those of the decoder. */
    public Weights decoder() {
        return only(name -> name.startsWith(Decoder.PREFIX));
    }

    /** SHA-256 over names, shapes and values, in hexadecimal. */
    public String digest() {
        Hasher hasher = Hashing.sha256().newHasher();
        for (String name : names()) {
            hasher.putString(name, StandardCharsets.UTF_8).putByte((byte) 0);
            for (long dimension : shape(name)) {
                hasher.putLong(dimension);
            }
            FloatBuffer values = values(name);
            ByteBuffer bytes = ByteBuffer.allocate(values.remaining() * Float.BYTES);
            bytes.asFloatBuffer().put(values);
            hasher.putBytes(bytes);
        }
        return hasher.hash().toString();
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Weights other && tensors.equals(other.tensors);
    }

    @Override
    public int hashCode() {
        return tensors.hashCode();
    }

    @Override
    public String toString() {
        return "Weights{tensors=" + tensors.size() + ", parameters=" + parameterCount() + "}";
    }

    /** Collects tensors; a later one of the same name replaces the earlier. */
    public static final class Builder {
        private final TreeMap<String, Tensor> tensors = new TreeMap<>();

        private Builder() {}

        /**
         * @param values row-major; the builder keeps the array, so the caller must not write to it any more
         * @throws IllegalArgumentException if the number of values is not that of the shape
         */
        @CanIgnoreReturnValue
        public Builder put(String name, long[] shape, float[] values) {
            requireNonNull(name, "name is null");
            checkArgument(
                    elements(shape) == values.length,
                    "tensor '%s' of shape %s has %s values",
                    name,
                    Arrays.toString(shape),
                    values.length);
            tensors.put(name, new Tensor(shape.clone(), values));
            return this;
        }

        /** All tensors of the other weights. */
        @CanIgnoreReturnValue
        public Builder putAll(Weights weights) {
            tensors.putAll(weights.tensors);
            return this;
        }

        public Weights build() {
            return new Weights(tensors);
        }
    }

    private static final class Tensor {
        private final long[] shape;
        private final float[] values;

        private Tensor(long[] shape, float[] values) {
            this.shape = shape;
            this.values = values;
        }

        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Tensor other
                    && Arrays.equals(shape, other.shape)
                    && Arrays.equals(values, other.values);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
        }
    }
}
