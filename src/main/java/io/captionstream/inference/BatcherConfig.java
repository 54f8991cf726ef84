package io.captionstream.inference;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.Comparators.isInStrictOrder;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * How images are gathered into batches.
 *
 * @param maxBatchSize most images in a batch
 * @param linger how old the oldest image of a batch may become, counted from its submission, before the batch is closed
 * @param allowedSizes batch sizes the model is run with, ascending; a batch is padded to the next one, so that the
 *     model's kernels and primitives are reused. The last one is at least {@code maxBatchSize}
 * @param breaker what happens when the model fails on everything
 */
public record BatcherConfig(int maxBatchSize, Duration linger, List<Integer> allowedSizes, BreakerConfig breaker) {
    public BatcherConfig {
        checkArgument(maxBatchSize > 0, "maxBatchSize must be positive: %s", maxBatchSize);
        checkArgument(!linger.isNegative(), "linger must not be negative: %s", linger);
        allowedSizes = ImmutableList.copyOf(allowedSizes);
        checkArgument(!allowedSizes.isEmpty() && allowedSizes.get(0) > 0, "allowedSizes must be positive");
        checkArgument(isInStrictOrder(allowedSizes, Comparator.naturalOrder()), "allowedSizes must ascend");
        checkArgument(
                allowedSizes.get(allowedSizes.size() - 1) >= maxBatchSize,
                "allowedSizes end at %s, below maxBatchSize %s",
                allowedSizes.get(allowedSizes.size() - 1),
                maxBatchSize);
        requireNonNull(breaker, "breaker is null");
    }

    /** With the breaker's defaults. */
    public BatcherConfig(int maxBatchSize, Duration linger, List<Integer> allowedSizes) {
        this(maxBatchSize, linger, allowedSizes, BreakerConfig.defaults());
    }

    /** Batches of up to 32, padded to powers of two, closed after 20 ms. */
    public static BatcherConfig defaults() {
        return new BatcherConfig(32, Duration.ofMillis(20), List.of(1, 2, 4, 8, 16, 32));
    }

    /** The allowed size for {@code images} images: the smallest that holds them. */
    int paddedSize(int images) {
        return allowedSizes.stream()
                .filter(size -> size >= images)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no allowed size holds " + images));
    }
}
