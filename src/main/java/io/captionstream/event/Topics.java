package io.captionstream.event;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * Names of the topics the service reads and writes.
 *
 * @param imageEvents image events, keyed by image id
 * @param captionEvents one caption event per image event that could be captioned
 * @param deadLetters image events that could not, byte for byte as received
 * @param shadowCaptions captions of versions on trial in shadow mode, as caption events
 * @param labeledPairs images with reference captions, keyed by image id
 * @param labelDeadLetters labelled pairs that cannot be learned from, byte for byte as received
 * @param modelReleases released model versions, keyed by model name, compacted
 * @param trainingCommands what trainers are asked to do, keyed by model name
 * @param trainingReports progress and outcome of training runs
 */
public record Topics(
        String imageEvents,
        String captionEvents,
        String deadLetters,
        String shadowCaptions,
        String labeledPairs,
        String labelDeadLetters,
        String modelReleases,
        String trainingCommands,
        String trainingReports) {
    public Topics {
        List<String> names = List.of(
                imageEvents,
                captionEvents,
                deadLetters,
                shadowCaptions,
                labeledPairs,
                labelDeadLetters,
                modelReleases,
                trainingCommands,
                trainingReports);
        checkArgument(names.stream().noneMatch(String::isBlank), "topic names must not be blank: %s", names);
        checkArgument(names.stream().distinct().count() == names.size(), "topic names must differ: %s", names);
    }

    /** All names. */
    public List<String> all() {
        return List.of(
                imageEvents,
                captionEvents,
                deadLetters,
                shadowCaptions,
                labeledPairs,
                labelDeadLetters,
                modelReleases,
                trainingCommands,
                trainingReports);
    }

    /** The names used unless configured otherwise. */
    public static Topics defaults() {
        return prefixed("");
    }

    /** These names behind a prefix, for services that share brokers. */
    public static Topics prefixed(String prefix) {
        return new Topics(
                prefix + "image-events",
                prefix + "caption-events",
                prefix + "image-events.dlq",
                prefix + "caption-events.shadow",
                prefix + "labeled-pairs",
                prefix + "labeled-pairs.dlq",
                prefix + "model-releases",
                prefix + "training-commands",
                prefix + "training-reports");
    }
}
