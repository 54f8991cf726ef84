package io.captionstream.inference;

import io.captionstream.model.DecodingOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Images waiting, and the decision which of them form the next batch. A batch has one set of options, so images wait in
 * one queue per set; of the queues that may close, the one whose head is oldest goes first, and so none starves. Not
 * safe for use by many threads; told the time, so that it can be tested without any.
 */
final class BatchQueue {
    private final long lingerNanos;
    private final Map<DecodingOptions, Queue<PendingImage>> groups = new LinkedHashMap<>();
    private int size;
    private long drainBefore = Long.MIN_VALUE;

    BatchQueue(Duration linger) {
        this.lingerNanos = linger.toNanos();
    }

    /** Adds an image and returns how many now wait with the same options. */
    int add(PendingImage image) {
        Queue<PendingImage> group = groups.computeIfAbsent(image.options(), options -> new ArrayDeque<>());
        group.add(image);
        size++;
        return group.size();
    }

    int size() {
        return size;
    }

    /** Lets every image with a lower number than this go without waiting any longer. */
    void drain(long before) {
        drainBefore = Math.max(drainBefore, before);
    }

    /** Removes and returns the next batch, or null if none may close yet. */
    @Nullable
    Batch poll(long now, int maxBatchSize) {
        dropCancelled();
        Queue<PendingImage> oldest = null;
        CloseReason reason = null;
        for (Queue<PendingImage> group : groups.values()) {
            CloseReason candidate = closeReason(group, now, maxBatchSize);
            if (candidate != null
                    && (oldest == null
                            || group.element().number() < oldest.element().number())) {
                oldest = group;
                reason = candidate;
            }
        }
        return oldest == null || reason == null ? null : take(oldest, maxBatchSize, reason);
    }

    private @Nullable CloseReason closeReason(Queue<PendingImage> group, long now, int maxBatchSize) {
        if (group.size() >= maxBatchSize) {
            return CloseReason.FULL;
        }
        PendingImage head = group.element();
        if (head.number() < drainBefore) {
            return CloseReason.DRAIN;
        }
        return now - head.submittedNanos() >= lingerNanos ? CloseReason.LINGER : null;
    }

    private Batch take(Queue<PendingImage> group, int maxBatchSize, CloseReason reason) {
        DecodingOptions options = group.element().options();
        // Made before anything leaves the queue: should memory run out, no image is lost.
        Batch batch = new Batch(options, group.stream().limit(maxBatchSize).toList(), reason);
        for (int i = 0; i < batch.images().size(); i++) {
            group.remove();
        }
        size -= batch.images().size();
        if (group.isEmpty()) {
            groups.remove(options);
        }
        return batch;
    }

    private void dropCancelled() {
        Iterator<Queue<PendingImage>> iterator = groups.values().iterator();
        while (iterator.hasNext()) {
            Queue<PendingImage> group = iterator.next();
            int before = group.size();
            group.removeIf(image -> image.future().isDone());
            size -= before - group.size();
            if (group.isEmpty()) {
                iterator.remove();
            }
        }
    }

    /** Nanoseconds until a batch may close if nothing is added; {@link Long#MAX_VALUE} if nothing waits. */
    long nanosUntilNext(long now) {
        return groups.values().stream()
                .mapToLong(group ->
                        Math.max(0, lingerNanos - (now - group.element().submittedNanos())))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Removes and returns everything, oldest first within the same options. */
    List<PendingImage> removeAll() {
        List<PendingImage> all = new ArrayList<>();
        groups.values().forEach(all::addAll);
        groups.clear();
        size = 0;
        return all;
    }
}
