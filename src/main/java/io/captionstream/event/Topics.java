package io.captionstream.event;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * Names of the topics the service reads and writes.
 *
 * @param imageEvents image events, keyed by image id
 * @param captionEvents one caption event per image event that could be captioned
 * @param deadLetters image events that could not, byte for byte as received
 * @param labeledPairs images with reference captions, keyed by image id
 * @param modelReleases released model versions, keyed by model name, compacted
 * @param trainingReports progress and outcome of training runs
 */
public record Topics(
        String imageEvents,
        String captionEvents,
        String deadLetters,
        String labeledPairs,
        String modelReleases,
        String trainingReports) {
    public Topics {
        List<String> names =
                List.of(imageEvents, captionEvents, deadLetters, labeledPairs, modelReleases, trainingReports);
        checkArgument(names.stream().noneMatch(String::isBlank), "topic names must not be blank: %s", names);
        checkArgument(names.stream().distinct().count() == names.size(), "topic names must differ: %s", names);
    }

    /** The names used unless configured otherwise. */
    public static Topics defaults() {
        return new Topics(
                "image-events",
                "caption-events",
                "image-events.dlq",
                "labeled-pairs",
                "model-releases",
                "training-reports");
    }
}
