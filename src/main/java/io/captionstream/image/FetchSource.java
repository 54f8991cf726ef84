package io.captionstream.image;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of a source, and what waits for it, in the order in which it came. Guarded by the {@link FetchQueue}. */
final class FetchSource {
    private final SourceKey key;
    private final SourceLimit limit;
    private final SourceBreaker breaker;
    private final ByteBudget memory;
    private final Set<FetchTask> waiting = new LinkedHashSet<>();

    private int running;
    private long turn;
    private long asked;
    private @Nullable FetchTask probe;

    /** @param turn no other source's */
    FetchSource(SourceKey key, SourceLimit limit, SourceBreaker breaker, ByteBudget memory, long turn) {
        this.key = requireNonNull(key, "key is null");
        this.limit = requireNonNull(limit, "limit is null");
        this.breaker = requireNonNull(breaker, "breaker is null");
        this.memory = requireNonNull(memory, "memory is null");
        this.turn = turn;
    }

    SourceKey key() {
        return key;
    }

    SourceLimit limit() {
        return limit;
    }

    SourceBreaker breaker() {
        return breaker;
    }

    /** For what is fetched from it. */
    ByteBudget memory() {
        return memory;
    }

    int running() {
        return running;
    }

    /** When it had its last turn: the lower, the longer ago. */
    long turn() {
        return turn;
    }

    /** When somebody wanted something of it last. */
    long asked() {
        return asked;
    }

    void asked(long now) {
        asked = now;
    }

    /** Whether a task waits that the source's own limit lets run. */
    boolean isReady() {
        return !waiting.isEmpty() && running < limit.get();
    }

    boolean isIdle() {
        return waiting.isEmpty() && running == 0;
    }

    boolean isProbe(FetchTask task) {
        return probe == task;
    }

    void probe(@Nullable FetchTask task) {
        probe = task;
    }

    void add(FetchTask task) {
        waiting.add(task);
    }

    boolean isWaiting(FetchTask task) {
        return waiting.contains(task);
    }

    void remove(FetchTask task) {
        waiting.remove(task);
    }

    FetchTask start(long itsTurn) {
        Iterator<FetchTask> tasks = waiting.iterator();
        FetchTask task = tasks.next();
        tasks.remove();
        turn = itsTurn;
        running++;
        limit.started(running);
        return task;
    }

    void end() {
        running--;
    }

    List<FetchTask> drain() {
        List<FetchTask> drained = new ArrayList<>(waiting);
        waiting.clear();
        return drained;
    }
}
