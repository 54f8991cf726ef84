package io.captionstream.service;

import com.google.common.base.Splitter;
import com.google.common.primitives.Doubles;
import java.util.List;
import java.util.Optional;

/**
 * What the driver says of one GPU. What it does not say, as utilization where the GPU is divided, is NaN.
 *
 * @param device for example {@code gpu0}
 * @param name of the product
 * @param utilization share of the last interval in which the GPU did anything, 0 to 1
 * @param usedBytes of its memory, by all processes
 */
record GpuReading(String device, String name, double utilization, double usedBytes, double totalBytes) {
    /** The query that {@link #parse} takes a line of the answer to. */
    static final String QUERY = "index,name,utilization.gpu,memory.used,memory.total";

    private static final int FIELDS = 5;
    private static final double MEBIBYTE = 1 << 20;

    /** Empty if the line is not such an answer. */
    static Optional<GpuReading> parse(String line) {
        List<String> fields = Splitter.on(',').trimResults().splitToList(line);
        if (fields.size() != FIELDS || fields.get(0).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new GpuReading(
                "gpu" + fields.get(0),
                fields.get(1),
                number(fields.get(2)) / 100,
                number(fields.get(3)) * MEBIBYTE,
                number(fields.get(4)) * MEBIBYTE));
    }

    private static double number(String field) {
        Double number = Doubles.tryParse(field);
        return number == null ? Double.NaN : number;
    }
}
