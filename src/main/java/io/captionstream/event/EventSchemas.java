package io.captionstream.event;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.apache.avro.Schema;

/** The schema of each topic's values. */
public final class EventSchemas {
    private EventSchemas() {}

    /**
     * Schemas by topic. The dead letters have none: they hold what was received, whatever that is.
     *
     * @param topics names of the topics
     */
    public static Map<String, Schema> byTopic(Topics topics) {
        return ImmutableMap.of(
                topics.imageEvents(), ImageEvent.getClassSchema(),
                topics.captionEvents(), CaptionEvent.getClassSchema(),
                topics.shadowCaptions(), CaptionEvent.getClassSchema(),
                topics.labeledPairs(), LabeledPair.getClassSchema(),
                topics.modelReleases(), ModelRelease.getClassSchema(),
                topics.trainingCommands(), TrainingCommand.getClassSchema(),
                topics.trainingReports(), TrainingReport.getClassSchema());
    }
}
