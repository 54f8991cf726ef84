package io.captionstream.training;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The epochs of a run so far. */
public record TrainingHistory(List<EpochResult> epochs) {
    /** Name of the metric that early stopping goes by. */
    public static final String CIDER = "ciderD";

    public static final TrainingHistory EMPTY = new TrainingHistory(List.of());

    public TrainingHistory {
        epochs = List.copyOf(epochs);
    }

    public TrainingHistory with(EpochResult epoch) {
        return new TrainingHistory(
                ImmutableList.<EpochResult>builder().addAll(epochs).add(epoch).build());
    }

    /** These epochs, then the others with their numbers going on. */
    public TrainingHistory followedBy(TrainingHistory other) {
        ImmutableList.Builder<EpochResult> all =
                ImmutableList.<EpochResult>builder().addAll(epochs);
        for (EpochResult epoch : other.epochs) {
            all.add(new EpochResult(
                    epochs.size() + epoch.epoch(),
                    epoch.trainingLoss(),
                    epoch.validationLoss(),
                    epoch.learningRate(),
                    epoch.metrics()));
        }
        return new TrainingHistory(all.build());
    }

    /** The first of the epochs with the highest CIDEr-D; empty if none has one. */
    Optional<EpochResult> best() {
        return epochs.stream()
                .filter(epoch -> epoch.metrics().containsKey(CIDER))
                .min(Comparator.comparingDouble(
                        epoch -> -epoch.metrics().getOrDefault(CIDER, Double.NEGATIVE_INFINITY)));
    }

    /** Whether so many epochs have passed since the best. */
    boolean isStale(int patience) {
        return patience > 0
                && best().map(best -> epochs.size() - best.epoch() >= patience).orElse(false);
    }
}
