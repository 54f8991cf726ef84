package io.captionstream.replay;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSortedMap;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How the captions of a replay differ from those that the service wrote, event by event.
 *
 * @param createdAt when it was made
 * @param before topic of the service's captions
 * @param after topic of the replay's
 * @param same events with equal captions
 * @param onlyBefore events of the replay's ranges that only the service captioned
 * @param onlyAfter events that only the replay captioned
 * @param versionsBefore events by the version that captioned them for the service
 * @param versionsAfter events by the version that captioned them in the replay
 * @param changes those with other captions, in the order of the log
 */
public record ReplayDiff(
        Instant createdAt,
        String model,
        String before,
        String after,
        int same,
        int onlyBefore,
        int onlyAfter,
        Map<String, Integer> versionsBefore,
        Map<String, Integer> versionsAfter,
        List<Change> changes) {
    public ReplayDiff {
        requireNonNull(createdAt, "createdAt is null");
        requireNonNull(model, "model is null");
        versionsBefore = ImmutableSortedMap.copyOf(versionsBefore);
        versionsAfter = ImmutableSortedMap.copyOf(versionsAfter);
        changes = List.copyOf(changes);
    }

    /** An event, named by its place in the topic of image events. */
    public record Position(String topic, int partition, long offset) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            int byTopic = topic.compareTo(other.topic);
            int byPartition = Integer.compare(partition, other.partition);
            return byTopic != 0 ? byTopic : byPartition != 0 ? byPartition : Long.compare(offset, other.offset);
        }
    }

    /**
     * An event that has another caption now.
     *
     * @param id of the image
     */
    public record Change(Position event, String id, CaptionOfEvent before, CaptionOfEvent after) {}
}
