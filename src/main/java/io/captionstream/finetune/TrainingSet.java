package io.captionstream.finetune;

import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run learns from and is measured on: the fresh images and a sample of the old ones against forgetting.
 *
 * @param fresh of the training and validation split, by id
 * @param replayed old ones of these splits, in each as many as the ratio says, by id
 * @param heldOut validation and test images, fresh and old, at most as many as the bundle is measured on
 */
record TrainingSet(List<CaptionedImage> fresh, List<CaptionedImage> replayed, List<CaptionedImage> heldOut) {
    static TrainingSet of(LearningData data, FineTuneConfig config) {
        return new TrainingSet(
                sorted(data.fresh(), Split.TRAIN, Split.VALIDATION),
                Stream.of(Split.TRAIN, Split.VALIDATION)
                        .flatMap(split -> replayed(data, split, config).stream())
                        .sorted(Comparator.comparing(CaptionedImage::id))
                        .toList(),
                heldOut(data, config));
    }

    /** All of the data, as it is learned from without a champion. */
    static TrainingSet all(LearningData data, FineTuneConfig config) {
        return new TrainingSet(
                sorted(
                        Stream.concat(data.fresh().stream(), data.old().stream())
                                .toList(),
                        Split.TRAIN,
                        Split.VALIDATION),
                List.of(),
                heldOut(data, config));
    }

    /** Fresh and replayed ones by id. */
    List<CaptionedImage> images() {
        return Stream.concat(fresh.stream(), replayed.stream())
                .sorted(Comparator.comparing(CaptionedImage::id))
                .toList();
    }

    private static List<CaptionedImage> replayed(LearningData data, Split split, FineTuneConfig config) {
        if (!config.replay()) {
            return List.of();
        }
        long wanted =
                Math.round(config.replayRatio() * sorted(data.fresh(), split).size());
        List<CaptionedImage> old = sorted(data.old(), split);
        return HashOrder.choose(old, (int) Math.min(wanted, old.size()), "replay " + config.seed());
    }

    private static List<CaptionedImage> heldOut(LearningData data, FineTuneConfig config) {
        List<CaptionedImage> all = Stream.concat(data.fresh().stream(), data.old().stream())
                .filter(image -> image.split() != Split.TRAIN)
                .toList();
        return HashOrder.choose(all, config.measuredImages(), "measured");
    }

    private static List<CaptionedImage> sorted(List<CaptionedImage> images, Split... splits) {
        List<Split> wanted = List.of(splits);
        return images.stream()
                .filter(image -> wanted.contains(image.split()))
                .sorted(Comparator.comparing(CaptionedImage::id))
                .toList();
    }
}
