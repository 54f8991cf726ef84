package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Records of every shape that a broker takes, some of them image events; a function of the seed. Half of the images fail,
 * and some have captions as large as the smallest limit.
 */
final class OddEvents {
    private static final int NEAR = 200;
    private static final int MANY_HEADERS = 40_000;
    private static final List<String> NAMES = List.of(
            "trace",
            "",
            "content-type",
            "ce_specversion",
            "ce_id",
            "traceparent",
            "captionstream.event.time",
            "captionstream.error.code",
            "__streams.errors.offset",
            "é");

    private final Random random;
    private final String topic;
    private final int topicLimit;
    private final List<Integer> limits;

    /**
     * @param topicLimit largest record that the topic takes
     * @param limits of records further on, the smallest first
     */
    OddEvents(long seed, String topic, int topicLimit, List<Integer> limits) {
        this.random = new Random(seed);
        this.topic = topic;
        this.topicLimit = topicLimit;
        this.limits = List.copyOf(limits);
    }

    ProducerRecord<byte[], byte[]> next(int partition) {
        return new ProducerRecord<>(topic, partition, timestamp(), key(), value(), headers());
    }

    private @Nullable Long timestamp() {
        return switch (random.nextInt(6)) {
            case 0 -> 0L;
            case 1 -> 1_764_000_000L;
            case 2 -> 253_402_300_799_000L;
            default -> null;
        };
    }

    private byte @Nullable [] key() {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> null;
            case 3 -> new byte[0];
            case 4 -> noise(nearALimit());
            default -> ("key-" + random.nextInt(10)).getBytes(UTF_8);
        };
    }

    private byte @Nullable [] value() {
        return switch (random.nextInt(16)) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> noise(random.nextInt(300));
            case 3, 4 -> noise(nearALimit());
            case 5 -> noise(random.nextInt(8) == 0 ? near(topicLimit) : nearALimit());
            case 6 -> cut(event(100));
            case 7 -> changed(event(100));
            case 8, 9, 10 -> event(nearALimit());
            // The text is there twice, as the caption and as the first alternative.
            case 11, 12, 13 ->
                FakeCodec.encode(TopologyHarness.event(0)
                        .setUri("image:-" + near(limits.get(0) - NEAR) / 2)
                        .build());
            default -> event(0);
        };
    }

    /** With as many bytes of attributes. */
    private byte[] event(int bytes) {
        String uri = random.nextBoolean() ? "image:" + (1 + random.nextInt(1000)) : "broken:NOT_FOUND";
        return FakeCodec.encode(TopologyHarness.event(random.nextInt(1000))
                .setUri(uri)
                .setAttributes(bytes == 0 ? Map.of() : Map.of("padding", letters(bytes)))
                .build());
    }

    private byte[] cut(byte[] bytes) {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }

    // Not the highest bit, or a length could become one of gigabytes.
    private byte[] changed(byte[] bytes) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(127));
        return bytes;
    }

    private Headers headers() {
        Headers headers = new RecordHeaders();
        if (random.nextInt(200) == 0) {
            for (int i = 0; i < MANY_HEADERS; i++) {
                headers.add("ce_" + i % 1000, null);
            }
            return headers;
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            headers.add(NAMES.get(random.nextInt(NAMES.size())), headerValue());
        }
        return headers;
    }

    private byte @Nullable [] headerValue() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> null;
            case 3 -> new byte[0];
            case 4 -> noise(nearALimit());
            default -> noise(random.nextInt(20));
        };
    }

    private int nearALimit() {
        return near(limits.get(random.nextInt(limits.size())));
    }

    private int near(int limit) {
        return limit - NEAR + random.nextInt(2 * NEAR + 1);
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return noise;
    }

    private String letters(int count) {
        return FakeModel.letters(random, count);
    }
}
