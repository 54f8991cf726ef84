package io.captionstream.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The safetensors format (huggingface.co/docs/safetensors): eight bytes little-endian header length, a JSON header, the
 * tensors one after the other. Every tensor is read as 32-bit floats; only those are written.
 */
public final class Safetensors {
    private static final String METADATA = "__metadata__";
    private static final int LENGTH_BYTES = 8;
    private static final long LONGEST_HEADER = 100_000_000;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Safetensors() {}

    /**
     * Reads all tensors.
     *
     * @throws MalformedWeightsException if lengths, offsets, shapes or types do not agree, tensors overlap or leave gaps,
     *     or the file ends early
     */
    public static Weights read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            JsonNode header = header(channel, size, file);
            long start = LENGTH_BYTES + headerLength(channel, size, file);
            List<Entry> entries = entries(header, size - start, file);
            Weights.Builder weights = Weights.builder();
            for (Entry entry : entries) {
                ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, start + entry.begin, entry.bytes())
                        .order(ByteOrder.LITTLE_ENDIAN);
                weights.put(entry.name, entry.shape, entry.type.read(bytes, Weights.elements(entry.shape)));
            }
            return weights.build();
        }
    }

    /** The free-form strings of the header, in the order of their names. */
    public static Map<String, String> metadata(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Map<String, String> metadata = new TreeMap<>();
            JsonNode node = header(channel, channel.size(), file).path(METADATA);
            node.properties()
                    .forEach(property ->
                            metadata.put(property.getKey(), property.getValue().asText()));
            return metadata;
        }
    }

    /**
     * The types the tensors have in the file, such as {@code F16} or {@code I64}, by name.
     *
     * @throws MalformedWeightsException as {@link #read}
     */
    public static Map<String, String> types(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            JsonNode header = header(channel, size, file);
            Map<String, String> types = new TreeMap<>();
            for (Entry entry : entries(header, size - LENGTH_BYTES - headerLength(channel, size, file), file)) {
                types.put(entry.name, entry.type.name());
            }
            return types;
        }
    }

    /** Writes the tensors in the order of their names: equal weights and metadata make equal files. */
    public static void write(Path file, Weights weights, Map<String, String> metadata) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = header.putObject(METADATA);
            new TreeMap<>(metadata).forEach(node::put);
        }
        long offset = 0;
        for (String name : weights.names()) {
            ObjectNode node = header.putObject(name);
            node.put("dtype", "F32");
            ArrayNode shape = node.putArray("shape");
            for (long dimension : weights.shape(name)) {
                shape.add(dimension);
            }
            long end = offset + 4L * weights.array(name).length;
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        int padded = (json.length + 7) / 8 * 8;
        ByteBuffer head = ByteBuffer.allocate(LENGTH_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(padded).put(json);
        while (head.hasRemaining()) {
            head.put((byte) ' ');
        }
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeFully(channel, head.flip());
            for (String name : weights.names()) {
                float[] values = weights.array(name);
                ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(values);
                writeFully(channel, bytes);
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static long headerLength(FileChannel channel, long size, Path file) throws IOException {
        if (size < LENGTH_BYTES) {
            throw new MalformedWeightsException(file + ": " + size + " bytes, too short for a header length");
        }
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, bytes, 0);
        long length = bytes.getLong(0);
        if (length < 2 || length > LONGEST_HEADER || length > size - LENGTH_BYTES) {
            throw new MalformedWeightsException(file + ": header length " + Long.toUnsignedString(length)
                    + " does not fit a file of " + size + " bytes");
        }
        return length;
    }

    private static JsonNode header(FileChannel channel, long size, Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) headerLength(channel, size, file));
        readFully(channel, bytes, LENGTH_BYTES);
        try {
            JsonNode header = JSON.readTree(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
            if (header == null || !header.isObject()) {
                throw new MalformedWeightsException(file + ": header is not a JSON object");
            }
            return header;
        } catch (CharacterCodingException e) {
            throw new MalformedWeightsException(file + ": header is not UTF-8", e);
        } catch (JsonProcessingException e) {
            throw new MalformedWeightsException(file + ": header is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static void readFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, at);
            if (read < 0) {
                throw new MalformedWeightsException("file ends at byte " + at);
            }
            at += read;
        }
    }

    private static List<Entry> entries(JsonNode header, long dataBytes, Path file) throws MalformedWeightsException {
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : header.properties()) {
            if (!property.getKey().equals(METADATA)) {
                entries.add(entry(property.getKey(), property.getValue(), dataBytes, file));
            }
        }
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long expected = 0;
        for (Entry entry : entries) {
            if (entry.begin != expected) {
                throw new MalformedWeightsException(file + ": tensor '" + entry.name + "' begins at " + entry.begin
                        + " where " + expected + " is expected: tensors overlap or leave a gap");
            }
            expected = entry.end;
        }
        if (expected != dataBytes) {
            throw new MalformedWeightsException(
                    file + ": tensors take " + expected + " bytes, the file has " + dataBytes);
        }
        return entries;
    }

    private static Entry entry(String name, JsonNode node, long dataBytes, Path file) throws MalformedWeightsException {
        String where = file + ": tensor '" + name + "'";
        Type type;
        try {
            type = Type.valueOf(node.path("dtype").asText());
        } catch (IllegalArgumentException e) {
            throw new MalformedWeightsException(where + " has the unknown type " + node.path("dtype"), e);
        }
        JsonNode shapeNode = node.path("shape");
        JsonNode offsets = node.path("data_offsets");
        if (!shapeNode.isArray() || !isLongs(shapeNode) || !isLongs(offsets) || offsets.size() != 2) {
            throw new MalformedWeightsException(where + " needs a shape and two data_offsets");
        }
        long[] shape = new long[shapeNode.size()];
        Arrays.setAll(shape, i -> shapeNode.get(i).asLong());
        long begin = offsets.get(0).asLong();
        long end = offsets.get(1).asLong();
        if (begin < 0 || end < begin || end > dataBytes) {
            throw new MalformedWeightsException(
                    where + " lies at " + begin + " to " + end + " of " + dataBytes + " bytes");
        }
        long bytes;
        try {
            bytes = Math.multiplyExact((long) Weights.elements(shape), type.bytes);
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new MalformedWeightsException(where + " has an impossible shape " + Arrays.toString(shape), e);
        }
        if (bytes > Integer.MAX_VALUE) {
            throw new MalformedWeightsException(where + " of shape " + Arrays.toString(shape) + " is larger than 2 GB");
        }
        if (bytes != end - begin) {
            throw new MalformedWeightsException(where + " of shape " + Arrays.toString(shape) + " needs " + bytes
                    + " bytes, its offsets give " + (end - begin));
        }
        return new Entry(name, type, shape, begin, end);
    }

    private static boolean isLongs(JsonNode array) {
        for (JsonNode element : array) {
            if (!element.isIntegralNumber() || !element.canConvertToLong()) {
                return false;
            }
        }
        return array.isArray();
    }

    @SuppressWarnings("ArrayRecordComponent") // lives for one read, never compared
    private record Entry(String name, Type type, long[] shape, long begin, long end) {
        long bytes() {
            return end - begin;
        }
    }

    private enum Type {
        F32(4) {
            @Override
            float next(ByteBuffer bytes) {
                return bytes.getFloat();
            }

            @Override
            float[] read(ByteBuffer bytes, int count) {
                float[] values = new float[count];
                FloatBuffer floats = bytes.asFloatBuffer();
                floats.get(values);
                return values;
            }
        },
        F64(8) {
            @Override
            float next(ByteBuffer bytes) {
                return (float) bytes.getDouble();
            }
        },
        F16(2) {
            @Override
            float next(ByteBuffer bytes) {
                return half(bytes.getShort());
            }
        },
        BF16(2) {
            @Override
            float next(ByteBuffer bytes) {
                return Float.intBitsToFloat(bytes.getShort() << 16);
            }
        },
        I64(8) {
            @Override
            float next(ByteBuffer bytes) {
                return bytes.getLong();
            }
        },
        I32(4) {
            @Override
            float next(ByteBuffer bytes) {
                return bytes.getInt();
            }
        },
        I16(2) {
            @Override
            float next(ByteBuffer bytes) {
                return bytes.getShort();
            }
        },
        I8(1) {
            @Override
            float next(ByteBuffer bytes) {
                return bytes.get();
            }
        },
        U8(1) {
            @Override
            float next(ByteBuffer bytes) {
                return bytes.get() & 0xff;
            }
        },
        BOOL(1) {
            @Override
            float next(ByteBuffer bytes) {
                return bytes.get() == 0 ? 0 : 1;
            }
        };

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        abstract float next(ByteBuffer bytes);

        float[] read(ByteBuffer bytes, int count) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = next(bytes);
            }
            return values;
        }

        /** IEEE 754 binary16; the JDK has this from version 20 on. */
        private static float half(short bits) {
            int sign = (bits & 0x8000) << 16;
            int exponent = (bits >>> 10) & 0x1f;
            int fraction = bits & 0x3ff;
            if (exponent == 0x1f) {
                return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
            }
            if (exponent == 0) {
                float magnitude = fraction * 0x1p-24f;
                return sign == 0 ? magnitude : -magnitude;
            }
            return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
        }
    }
}
