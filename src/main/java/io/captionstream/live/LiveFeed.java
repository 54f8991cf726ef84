package io.captionstream.live;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.captionstream.connection.Connection;
import io.captionstream.event.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells pages what comes out of the topics. It reads them while somebody looks, and for a short while after; otherwise it
 * costs nothing. Of a flood of captions it tells the newest, and those that somebody waits for. Safe for use by several
 * threads.
 */
public final class LiveFeed implements AutoCloseable {
    static final Duration LINGER = Duration.ofSeconds(30);

    private static final Duration EXPECTED = Duration.ofMinutes(10);
    private static final int MAX_EXPECTED = 10_000;

    private final Function<Teller, Watch> watches;
    private final Ticker ticker;
    private final Set<Consumer<LiveEvent>> sinks = new LinkedHashSet<>();
    private final Recent recent = new Recent();
    private final Cache<String, Boolean> expected = CacheBuilder.newBuilder()
            .expireAfterWrite(EXPECTED)
            .maximumSize(MAX_EXPECTED)
            .build();

    private @Nullable Round round;
    private long leftAt;
    private boolean closed;

    /**
     * @param connection stays the caller's to close, after this
     * @param group consumer group of the caption topology, whose lag is told
     */
    public LiveFeed(Connection connection, Topics topics, String group, Clock clock) {
        this(teller -> new TopicWatch(connection, topics, group, clock, teller), Ticker.systemTicker());
    }

    /** @param watches make what reads, for as long as somebody looks */
    LiveFeed(Function<Teller, Watch> watches, Ticker ticker) {
        this.watches = requireNonNull(watches, "watches is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
    }

    /** A page that looks, until it closes this. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** Reads what there is to tell, from the first who looks to the last. */
    interface Watch extends AutoCloseable {
        void start();

        /** May be called by a thread of its own. */
        @Override
        void close();
    }

    /** What a watch knows of its feed. */
    interface Teller {
        /** Tells all who look; nobody once the watch has been closed. */
        void tell(LiveEvent event);

        /** Whether somebody waits for what becomes of this image event. */
        boolean isExpected(String id);

        /** Closes the watch if nobody has looked for a while; to be called now and then. */
        void closeIfLeft();
    }

    /**
     * Tells what has happened lately, then what happens. Returns at once.
     *
     * @param sink told from several threads, one at a time; must be quick and not throw
     * @throws IllegalStateException if the feed is closed
     */
    public synchronized Subscription subscribe(Consumer<LiveEvent> sink) {
        checkState(!closed, "The service is closing");
        recent.events().forEach(sink);
        sinks.add(sink);
        if (round == null) {
            round = new Round();
            round.watch.start();
        }
        return () -> leave(sink);
    }

    private synchronized void leave(Consumer<LiveEvent> sink) {
        if (sinks.remove(sink) && sinks.isEmpty()) {
            leftAt = ticker.read();
        }
    }

    /** The outcome of this image event is told, however many there are. */
    public void expect(String id) {
        expected.put(id, true);
    }

    @Override
    public void close() {
        Round last;
        synchronized (this) {
            closed = true;
            sinks.clear();
            last = round;
            round = null;
        }
        if (last != null) {
            last.watch.close();
        }
    }

    /** From the first who looks to the last. */
    private final class Round implements Teller {
        private final Watch watch = watches.apply(this);

        @Override
        public void tell(LiveEvent event) {
            synchronized (LiveFeed.this) {
                // The next round reads again what a late thread of the one before may still tell.
                if (round == this) {
                    recent.add(event);
                    sinks.forEach(sink -> sink.accept(event));
                }
            }
        }

        @Override
        public boolean isExpected(String id) {
            return id.startsWith(Submissions.ID_PREFIX) || expected.getIfPresent(id) != null;
        }

        @Override
        public void closeIfLeft() {
            synchronized (LiveFeed.this) {
                if (round != this || !sinks.isEmpty() || ticker.read() - leftAt <= LINGER.toNanos()) {
                    return;
                }
                round = null;
                recent.clear();
            }
            watch.close();
        }
    }
}
