package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** Holds back outcomes until those before them have left. Not safe for use by many threads. */
final class EmissionOrder {
    private static final Bytes WHOLE_PARTITION = Bytes.wrap(new byte[0]);

    private final Ordering ordering;
    private final Map<Bytes, Queue<Slot>> queues = new HashMap<>();
    private final Map<InFlightImage, Slot> slots = new HashMap<>();

    private static final class Slot {
        private final InFlightImage image;
        private boolean ready;

        private Slot(InFlightImage image) {
            this.image = image;
        }
    }

    EmissionOrder(Ordering ordering) {
        this.ordering = ordering;
    }

    /** Adds an image behind those added before it. */
    void add(InFlightImage image) {
        Slot slot = new Slot(image);
        checkState(slots.put(image, slot) == null, "image is already here");
        Bytes queue = queueOf(image);
        if (queue != null) {
            queues.computeIfAbsent(queue, key -> new ArrayDeque<>()).add(slot);
        }
    }

    /** Notes that an image has its outcome; removes and returns, in order, all that may leave now. */
    List<InFlightImage> ready(InFlightImage image) {
        Slot slot = slots.get(image);
        checkState(slot != null && !slot.ready, "image is not here or was ready before");
        slot.ready = true;
        Bytes key = queueOf(image);
        if (key == null) {
            slots.remove(image);
            return List.of(image);
        }
        Queue<Slot> queue = queues.get(key);
        List<InFlightImage> leaving = new ArrayList<>();
        while (!queue.isEmpty() && queue.element().ready) {
            InFlightImage next = queue.remove().image;
            slots.remove(next);
            leaving.add(next);
        }
        if (queue.isEmpty()) {
            queues.remove(key);
        }
        return leaving;
    }

    /** The queue of an image, null if it has no order. */
    private @Nullable Bytes queueOf(InFlightImage image) {
        return ordering == Ordering.PARTITION ? WHOLE_PARTITION : image.key();
    }
}
