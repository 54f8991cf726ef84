package io.captionstream.replay;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;

/**
 * What a replay captions, fixed when it begins and kept until it is done.
 *
 * @param name tells replays apart
 * @param model whose captions are made, whatever models an event asks for
 * @param version of it
 * @param digest of its bundle
 * @param source topic of the image events
 * @param target topic of the captions
 * @param deadLetters topic of the events that cannot be captioned
 * @param from as it was asked for
 * @param to as it was asked for
 * @param ranges of all partitions of the source
 */
public record ReplayPlan(
        String name,
        String model,
        String version,
        String digest,
        String source,
        String target,
        String deadLetters,
        String from,
        String to,
        List<PartitionRange> ranges) {
    private static final String APPLICATION = "captionstream-replay-";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,100}");

    public ReplayPlan {
        checkName(name);
        requireNonNull(model, "model is null");
        requireNonNull(version, "version is null");
        requireNonNull(digest, "digest is null");
        requireNonNull(source, "source is null");
        requireNonNull(target, "target is null");
        requireNonNull(deadLetters, "deadLetters is null");
        requireNonNull(from, "from is null");
        requireNonNull(to, "to is null");
        ranges = List.copyOf(ranges);
    }

    /** The name is part of the names of topics and of the group. */
    static void checkName(String name) {
        checkArgument(
                NAME.matcher(name).matches(),
                "the name of a replay has up to 101 letters, digits, dots, dashes and underscores: %s",
                name);
    }

    /** Offsets in all ranges, which is at least the number of their events. */
    public long offsets() {
        return ranges.stream().mapToLong(PartitionRange::size).sum();
    }

    /** Of Kafka Streams, and so the name of the consumer group. */
    String applicationId() {
        return applicationId(name);
    }

    static String applicationId(String name) {
        return APPLICATION + name;
    }

    TopicPartition partition(PartitionRange range) {
        return new TopicPartition(source, range.partition());
    }

    boolean contains(int partition, long offset) {
        return ranges.stream().anyMatch(range -> range.partition() == partition && range.contains(offset));
    }
}
