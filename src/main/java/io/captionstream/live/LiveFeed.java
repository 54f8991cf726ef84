package io.captionstream.live;

import static java.util.Objects.requireNonNull;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.captionstream.connection.Connection;
import io.captionstream.deadletters.DeadLetter;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.Topics;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.UndecodableEventException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells pages what comes out of the topics. It reads them while somebody looks, and for a short while after; otherwise it
 * costs nothing. Of a flood of captions it tells the newest, and those that somebody waits for. Safe for use by several
 * threads.
 */
public final class LiveFeed implements AutoCloseable {
    /** Captions told of what is read at once, five times a second. */
    static final int CAPTIONS_AT_ONCE = 12;

    private static final Logger LOG = Logger.getLogger(LiveFeed.class);
    private static final Duration LINGER = Duration.ofSeconds(30);
    private static final Duration EXPECTED = Duration.ofMinutes(10);
    private static final int MAX_EXPECTED = 10_000;
    /** A committed record takes up to two offsets. */
    private static final int CAPTIONS_BACK = 200;

    private static final int REPORTS_BACK = 2000;

    private final Connection connection;
    private final Topics topics;
    private final String group;
    private final Clock clock;
    private final ConfluentEventCodec codec;
    private final Set<Consumer<LiveEvent>> sinks = new LinkedHashSet<>();
    private final Recent recent = new Recent();
    private final Cache<String, Boolean> expected = CacheBuilder.newBuilder()
            .expireAfterWrite(EXPECTED)
            .maximumSize(MAX_EXPECTED)
            .build();

    private @Nullable Watch watch;
    private long leftAt;
    private boolean closed;

    /**
     * @param connection stays the caller's to close, after this
     * @param group consumer group of the caption topology, whose lag is told
     */
    public LiveFeed(Connection connection, Topics topics, String group, Clock clock) {
        this.connection = requireNonNull(connection, "connection is null");
        this.topics = requireNonNull(topics, "topics is null");
        this.group = requireNonNull(group, "group is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.codec = connection.codec();
    }

    /** A page that looks, until it closes this. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Tells what has happened lately, then what happens. Returns at once.
     *
     * @param sink told from several threads, one at a time; must be quick and not throw
     */
    public synchronized Subscription subscribe(Consumer<LiveEvent> sink) {
        if (closed) {
            throw new IllegalStateException("The service is closing");
        }
        recent.events().forEach(sink);
        sinks.add(sink);
        if (watch == null) {
            watch = new Watch();
            watch.start();
        }
        return () -> leave(sink);
    }

    private synchronized void leave(Consumer<LiveEvent> sink) {
        if (sinks.remove(sink) && sinks.isEmpty()) {
            leftAt = System.nanoTime();
        }
    }

    /** The outcome of this image event is told, however many there are. */
    public void expect(String id) {
        expected.put(id, true);
    }

    private synchronized void tell(LiveEvent event) {
        recent.add(event);
        sinks.forEach(sink -> sink.accept(event));
    }

    /** Ends the watch if nobody has looked for a while. */
    private void endIfLeft() {
        Watch ended = null;
        synchronized (this) {
            if (sinks.isEmpty() && System.nanoTime() - leftAt > LINGER.toNanos()) {
                ended = watch;
                watch = null;
                recent.clear();
            }
        }
        if (ended != null) {
            ended.stop();
        }
    }

    @Override
    public void close() {
        Watch ended;
        synchronized (this) {
            closed = true;
            sinks.clear();
            ended = watch;
            watch = null;
        }
        if (ended != null) {
            ended.stop();
        }
    }

    /** Reads the topics, from the first who looks to the last. */
    private final class Watch implements TopicTail.Listener {
        private final VitalsMeter meter = new VitalsMeter();
        private final TopicTail tail = new TopicTail(
                connection::reader,
                Map.of(
                        topics.captionEvents(),
                        CAPTIONS_BACK,
                        topics.deadLetters(),
                        0,
                        topics.trainingReports(),
                        REPORTS_BACK,
                        topics.modelReleases(),
                        0),
                this);
        private final GroupLag lag = new GroupLag(connection::admin, group, topics.imageEvents());
        private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(
                2,
                new ThreadFactoryBuilder()
                        .setNameFormat("live-vitals-%d")
                        .setDaemon(true)
                        .build());
        private volatile @Nullable String problem;

        @SuppressWarnings("FutureReturnValueIgnored")
        void start() {
            tail.start();
            timer.scheduleWithFixedDelay(lag::measure, 0, 2, TimeUnit.SECONDS);
            timer.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
        }

        private void tick() {
            try {
                tell(new LiveEvent(LiveEvent.VITALS, meter.vitals(clock.millis(), lag.images(), problem)));
                endIfLeft();
            } catch (RuntimeException e) {
                LOG.warnf(e, "Cannot tell how busy the service is");
            }
        }

        @Override
        public void problem(@Nullable String text) {
            problem = text;
        }

        @Override
        public void records(ConsumerRecords<byte[], byte[]> records) {
            List<CaptionView> captions = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (record.topic().equals(topics.captionEvents())) {
                    CaptionEvent event = decode(record, CaptionEvent.class);
                    if (event != null) {
                        captions.add(CaptionView.of(event));
                    }
                } else {
                    other(record);
                }
            }
            captions(captions);
        }

        private void captions(List<CaptionView> captions) {
            long now = clock.millis();
            for (int number = 0; number < captions.size(); number++) {
                CaptionView caption = captions.get(number);
                meter.caption(caption.at().toEpochMilli(), caption.latencyMillis(), now);
                if (number >= captions.size() - CAPTIONS_AT_ONCE || isExpected(caption.id())) {
                    tell(new LiveEvent(LiveEvent.CAPTION, caption));
                }
            }
        }

        private boolean isExpected(String id) {
            return id.startsWith(Submissions.ID_PREFIX) || expected.getIfPresent(id) != null;
        }

        private void other(ConsumerRecord<byte[], byte[]> record) {
            if (record.topic().equals(topics.deadLetters())) {
                DeadLetterView letter = DeadLetterView.of(DeadLetter.of(record));
                meter.deadLetter(letter.at().toEpochMilli(), clock.millis());
                tell(new LiveEvent(LiveEvent.DEAD_LETTER, letter));
            } else if (record.topic().equals(topics.trainingReports())) {
                TrainingReport report = decode(record, TrainingReport.class);
                if (report != null) {
                    tell(new LiveEvent(LiveEvent.REPORT, ReportView.of(report)));
                }
            } else {
                ModelRelease release = decode(record, ModelRelease.class);
                if (release != null) {
                    tell(new LiveEvent(LiveEvent.RELEASE, ReleaseView.of(release)));
                }
            }
        }

        /** Null if it is no such event, or the registry is away: a page may miss one. */
        private <T extends SpecificRecord> @Nullable T decode(ConsumerRecord<byte[], byte[]> record, Class<T> type) {
            if (record.value() == null) {
                return null;
            }
            try {
                return codec.decode(record.topic(), record.value(), type);
            } catch (UndecodableEventException e) {
                return null;
            } catch (RegistryUnavailableException e) {
                problem = e.getMessage();
                return null;
            }
        }

        void stop() {
            timer.shutdownNow();
            tail.close();
            lag.close();
        }
    }
}
