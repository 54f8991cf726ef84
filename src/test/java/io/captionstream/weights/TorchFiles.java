package io.captionstream.weights;

import io.captionstream.network.Weights;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes safetensors with tensors of any type, as other programs do. */
final class TorchFiles {
    private final List<String> entries = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** Adds weights as a type: F64, F32, BF16 (truncated) or I64. */
    TorchFiles put(Weights weights, String type) {
        for (String name : weights.names()) {
            float[] values = new float[weights.values(name).remaining()];
            weights.values(name).get(values);
            put(name, type, weights.shape(name), values);
        }
        return this;
    }

    TorchFiles put(String name, String type, long[] shape, float... values) {
        int begin = data.size();
        for (float value : values) {
            data.writeBytes(bytes(type, value));
        }
        entries.add("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%s,%s]}"
                .formatted(name, type, Arrays.toString(shape).replace(" ", ""), begin, data.size()));
        return this;
    }

    Path write(Path file) throws IOException {
        byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header).put(data.toByteArray());
        return Files.write(file, bytes.array());
    }

    private static byte[] bytes(String type, float value) {
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case "F64" -> bytes.putDouble(value);
            case "F32" -> bytes.putFloat(value);
            case "BF16" -> bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
            case "I64" -> bytes.putLong((long) value);
            default -> throw new IllegalArgumentException(type);
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }
}
