package io.captionstream.replay;

import static java.util.Objects.requireNonNull;

import io.captionstream.connection.Connection;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.ModelCaption;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.replay.ReplayDiff.Change;
import io.captionstream.replay.ReplayDiff.Position;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** Sets the captions of a replay beside those that the service wrote, by the events that both name as their origin. */
public final class ReplayComparison {
    private static final Logger LOG = Logger.getLogger(ReplayComparison.class);

    private final Connection connection;
    private final ConfluentEventCodec codec;
    private final String model;

    /** @param model whose captions are compared */
    public ReplayComparison(Connection connection, String model) {
        this.connection = requireNonNull(connection, "connection is null");
        this.codec = connection.codec();
        this.model = requireNonNull(model, "model is null");
    }

    /**
     * Compares. Every event is held in memory with its captions.
     *
     * @param before topic of the service's captions
     * @param after topic of the replay's
     * @throws IOException if a topic is missing, or broker or registry do not answer
     */
    public ReplayDiff compare(String before, String after, Instant now) throws IOException {
        Map<Position, Captioned> replayed = new TreeMap<>();
        read(after, replayed::put);
        Range range = new Range();
        replayed.keySet().forEach(range::add);
        Map<Position, Captioned> served = new TreeMap<>();
        read(before, (position, caption) -> {
            if (range.contains(position)) {
                served.put(position, caption);
            }
        });
        return diff(before, after, served, replayed, now);
    }

    private ReplayDiff diff(
            String before,
            String after,
            Map<Position, Captioned> served,
            Map<Position, Captioned> replayed,
            Instant now) {
        List<Change> changes = new ArrayList<>();
        int same = 0;
        int onlyAfter = 0;
        for (Map.Entry<Position, Captioned> entry : replayed.entrySet()) {
            Captioned old = served.get(entry.getKey());
            Captioned current = entry.getValue();
            if (old == null) {
                onlyAfter++;
            } else if (old.caption.caption().equals(current.caption.caption())) {
                same++;
            } else {
                changes.add(new Change(entry.getKey(), current.id, old.caption, current.caption));
            }
        }
        int onlyBefore = (int) served.keySet().stream()
                .filter(position -> !replayed.containsKey(position))
                .count();
        return new ReplayDiff(
                now, model, before, after, same, onlyBefore, onlyAfter, versions(served), versions(replayed), changes);
    }

    private static Map<String, Integer> versions(Map<Position, Captioned> captions) {
        Map<String, Integer> versions = new TreeMap<>();
        captions.values().forEach(captioned -> versions.merge(captioned.caption.version(), 1, Integer::sum));
        return versions;
    }

    private void read(String topic, BiConsumer<Position, Captioned> sink) throws IOException {
        try {
            ReplayTopics.scan(connection, topic, record -> read(record, sink));
        } catch (RegistryUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record, BiConsumer<Position, Captioned> sink) {
        if (record.value() == null) {
            return;
        }
        CaptionEvent event;
        try {
            event = codec.decode(record.topic(), record.value(), CaptionEvent.class);
        } catch (UndecodableEventException e) {
            LOG.warnf(
                    "Skipping what is no caption event at %s-%d@%d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
            return;
        }
        EventOrigin origin = event.getOrigin();
        Position position = new Position(origin.getTopic(), origin.getPartition(), origin.getOffset());
        for (ModelCaption caption : event.getCaptions()) {
            if (caption.getModel().equals(model)) {
                sink.accept(position, new Captioned(event.getId(), CaptionOfEvent.of(caption)));
            }
        }
    }

    private record Captioned(String id, CaptionOfEvent caption) {}

    /** From the first to the last event of each partition that the replay captioned. */
    private static final class Range {
        private final Map<String, long[]> bounds = new TreeMap<>();

        void add(Position position) {
            long[] bound =
                    bounds.computeIfAbsent(key(position), key -> new long[] {position.offset(), position.offset()});
            bound[0] = Math.min(bound[0], position.offset());
            bound[1] = Math.max(bound[1], position.offset());
        }

        boolean contains(Position position) {
            long[] bound = bounds.get(key(position));
            return bound != null && position.offset() >= bound[0] && position.offset() <= bound[1];
        }

        private static String key(Position position) {
            return position.topic() + " " + position.partition();
        }
    }
}
