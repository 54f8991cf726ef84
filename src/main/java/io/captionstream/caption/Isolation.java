package io.captionstream.caption;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The right to work on an event that may end the process: one task's at a time, or the death of one would be held
 * against another. Shared by all tasks of the process; nobody waits for it.
 */
final class Isolation {
    private final AtomicReference<@Nullable Object> holder = new AtomicReference<>();

    /** Whether the task has the right now. */
    boolean tryAcquire(Object task) {
        return holder.compareAndSet(null, task) || holder.get() == task;
    }

    /** Does nothing if the task does not have it. */
    void release(Object task) {
        holder.compareAndSet(task, null);
    }
}
