package io.captionstream.live;

import com.google.common.collect.EvictingQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** What a page that has just been opened is told. Not safe for use by several threads. */
final class Recent {
    /** Kinds that are kept, and how many of each. */
    private final Map<String, Queue<LiveEvent>> kept = Map.of(
            LiveEvent.REPORT, EvictingQueue.create(600),
            LiveEvent.CAPTION, EvictingQueue.create(24),
            LiveEvent.VITALS, EvictingQueue.create(1));

    void add(LiveEvent event) {
        Queue<LiveEvent> same = kept.get(event.name());
        if (same != null) {
            same.add(event);
        }
    }

    List<LiveEvent> events() {
        List<LiveEvent> events = new ArrayList<>();
        kept.values().forEach(events::addAll);
        return events;
    }

    void clear() {
        kept.values().forEach(Queue::clear);
    }
}
