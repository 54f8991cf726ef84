package io.captionstream.image;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The sources that something is known of: all that have work, and of the others those that had it last, for a while.
 * Events name hosts as they like, so that all others are forgotten.
 *
 * <p>Not safe for use by several threads.
 */
final class SourceTable {
    static final int MAX_IDLE = 1024;

    private final Function<SourceKey, FetchSource> create;
    private final long retention;
    private final Map<SourceKey, FetchSource> sources = new HashMap<>();
    private final Set<FetchSource> idle = new LinkedHashSet<>();
    private final Set<FetchSource> open = new LinkedHashSet<>();

    /** @param retention nanoseconds for which a source without work is known */
    SourceTable(Function<SourceKey, FetchSource> create, long retention) {
        this.create = requireNonNull(create, "create is null");
        this.retention = retention;
    }

    /** A source that something is wanted of. To be {@link #settle}d after its change. */
    FetchSource asked(SourceKey key, long now) {
        evict(now);
        FetchSource source = sources.computeIfAbsent(key, create);
        idle.remove(source);
        source.asked(now);
        return source;
    }

    @Nullable
    FetchSource find(SourceKey key) {
        return sources.get(key);
    }

    /** Puts a source where it belongs after a change. */
    void settle(FetchSource source) {
        if (source.isIdle()) {
            idle.add(source);
        }
        if (source.breaker().state() == SourceBreaker.State.CLOSED) {
            open.remove(source);
        } else {
            open.add(source);
        }
    }

    void evict(long now) {
        Iterator<FetchSource> eldest = idle.iterator();
        while (eldest.hasNext()) {
            FetchSource source = eldest.next();
            if (idle.size() <= MAX_IDLE && now - source.asked() <= retention) {
                return;
            }
            eldest.remove();
            open.remove(source);
            sources.remove(source.key());
        }
    }

    int size() {
        return sources.size();
    }

    /** Those whose breaker is not closed. */
    Collection<FetchSource> open() {
        return Collections.unmodifiableSet(open);
    }

    Collection<FetchSource> all() {
        return Collections.unmodifiableCollection(sources.values());
    }
}
