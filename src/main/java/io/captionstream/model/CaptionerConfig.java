package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Locale;

/**
 * How a model runs.
 *
 * @param device where
 * @param precision of convolutions and matrix products
 * @param intraOpThreads threads one operation may use, process-wide: the first model loaded decides; 0 leaves it to
 *     TensorFlow
 * @param bfloat16Agreement smallest share of a bundle's captions that must stay the same in bfloat16 for it to be used;
 *     0 uses it without having been measured
 */
public record CaptionerConfig(Device device, Precision precision, int intraOpThreads, double bfloat16Agreement) {
    /** At least 99 of 100 captions must stay the same. */
    public static final double DEFAULT_AGREEMENT = 0.99;

    /** Where a model runs. */
    public enum Device {
        /** On the first GPU if there is one. */
        AUTO,
        CPU,
        GPU
    }

    /** Precision of convolutions and matrix products; sums, normalization and scores stay in 32 bits. */
    public enum Precision {
        /** bfloat16 on a CPU that has instructions for it and where captions stay the same, else 32 bits. */
        AUTO,
        FP32,
        /**
         * On a CPU only, and where captions stay the same. Slower than 32 bits where the CPU has no instructions for it.
         */
        BF16
    }

    public CaptionerConfig {
        requireNonNull(device, "device is null");
        requireNonNull(precision, "precision is null");
        checkArgument(intraOpThreads >= 0, "intraOpThreads must not be negative: %s", intraOpThreads);
        checkArgument(
                bfloat16Agreement >= 0 && bfloat16Agreement <= 1,
                "bfloat16Agreement must be within 0 and 1: %s",
                bfloat16Agreement);
    }

    /** With {@link #DEFAULT_AGREEMENT}. */
    public CaptionerConfig(Device device, Precision precision, int intraOpThreads) {
        this(device, precision, intraOpThreads, DEFAULT_AGREEMENT);
    }

    public static CaptionerConfig defaults() {
        return new CaptionerConfig(Device.AUTO, Precision.AUTO, 0);
    }

    /**
     * @param device {@code auto}, {@code cpu} or {@code gpu}
     * @param precision {@code auto}, {@code fp32} or {@code bf16}
     * @throws IllegalArgumentException if one is something else
     */
    public static CaptionerConfig of(String device, String precision, int intraOpThreads) {
        return new CaptionerConfig(
                parse(Device.class, "device", device), parse(Precision.class, "precision", precision), intraOpThreads);
    }

    /** The same but for the agreement. */
    public CaptionerConfig withBfloat16Agreement(double share) {
        return new CaptionerConfig(device, precision, intraOpThreads, share);
    }

    private static <E extends Enum<E>> E parse(Class<E> type, String what, String value) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(what + " must be one of "
                        + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT) + ": " + value));
    }
}
