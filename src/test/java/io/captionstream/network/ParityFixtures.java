package io.captionstream.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Expected values of independent implementations (torchvision, PyTorch and NumPy in double precision), and the integer
 * formula by which weights, images and features for them are generated instead of shipped.
 */
final class ParityFixtures {
    static final Path FOLDER = Path.of("src/test/resources/parity");

    private static final long GOLD = 0x9E3779B97F4A7C15L;

    private ParityFixtures() {}

    static JsonNode json(String name) {
        try {
            return new ObjectMapper().readTree(FOLDER.resolve(name).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A generated tensor: a row {@code [name, shape, kind, parameters..., crc]} of the fixture. */
    static float[] tensor(JsonNode row, long seed) {
        double first = row.size() > 4 ? row.get(3).asDouble() : 0;
        double second = row.size() > 5 ? row.get(4).asDouble() : 0;
        return values(
                row.get(0).asText(),
                seed,
                Weights.elements(shape(row)),
                row.get(2).asText(),
                first,
                second);
    }

    static long[] shape(JsonNode row) {
        long[] shape = new long[row.get(1).size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = row.get(1).get(i).asLong();
        }
        return shape;
    }

    static float[] features(String name, long seed, int count) {
        return values(name, seed, count, "feature", 0, 0);
    }

    /** The smooth and the noisy image, {@code [2, size, size, 3]}. */
    static ByteBuffer images(long seed, int size) {
        ByteBuffer images = ByteBuffer.allocateDirect(2 * size * size * 3);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                for (int c = 0; c < 3; c++) {
                    images.put((byte) (3 * x + 5 * y + 40 * c + 31 * seed));
                }
            }
        }
        long base = fnv1a("image") + seed * GOLD;
        for (int i = 0; i < size * size * 3; i++) {
            images.put((byte) (splitMix(base + i) >>> 56));
        }
        return images.flip();
    }

    private static float[] values(String name, long seed, int count, String kind, double first, double second) {
        long base = fnv1a(name) + seed * GOLD;
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = value((splitMix(base + i) >>> 40) * 0x1p-24, kind, first, second);
        }
        return values;
    }

    private static float value(double u, String kind, double first, double second) {
        return switch (kind) {
            case "weight" -> (float) ((2.0 * u - 1.0) * (Math.sqrt(3.0 / first) * second));
            case "lstm" -> (float) ((2.0 * u - 1.0) * (second / Math.sqrt(first)));
            case "embedding" -> (float) ((2.0 * u - 1.0) * first);
            case "bias" -> (float) (0.1 * (2.0 * u - 1.0));
            case "gamma" -> (float) (0.8 + 0.4 * u);
            case "beta", "mean" -> (float) (0.2 * (2.0 * u - 1.0));
            case "var" -> (float) (0.5 + u);
            case "feature" -> (float) (u * u);
            case "zero_i64" -> 0;
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static long splitMix(long x) {
        long z = x + GOLD;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static long fnv1a(String text) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
        }
        return hash;
    }

    /** The data of a NumPy file of version 1, little-endian. */
    static ByteBuffer numpy(String name) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(FOLDER.resolve(name))).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.position(10 + bytes.getShort(8)).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** All tensors with a prefix before their names. */
    static Weights prefixed(String prefix, Weights weights) {
        Weights.Builder builder = Weights.builder();
        for (String name : weights.names()) {
            builder.put(prefix + name, weights.shape(name), weights.array(name));
        }
        return builder.build();
    }

    /** Beams listed in a fixture, whose fields for the sum and the end differ between the two kinds of fixtures. */
    static List<Beam> beams(JsonNode list, String sum, String ended) {
        List<Beam> beams = new ArrayList<>();
        for (JsonNode node : list) {
            List<Integer> ids = new ArrayList<>();
            node.get("ids").forEach(id -> ids.add(id.asInt()));
            List<Double> parts = new ArrayList<>();
            node.path("token_logprobs").forEach(part -> parts.add(part.asDouble()));
            beams.add(new Beam(ids, node.get(ended).asBoolean(), node.get(sum).asDouble(), parts));
        }
        return beams;
    }
}
