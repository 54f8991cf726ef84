package io.captionstream.live;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reads the topics, and says every second how busy the service is. */
final class TopicWatch implements LiveFeed.Watch, TopicTail.Listener {
    /** Captions told of what is read at once, five times a second. */
    private static final int CAPTIONS_AT_ONCE = 12;
    /** A committed record takes up to two offsets. */
    private static final int CAPTIONS_BACK = 200;

    private static final int REPORTS_BACK = 2000;
    private static final Logger LOG = Logger.getLogger(TopicWatch.class);

    private final Topics topics;
    private final Clock clock;
    private final LiveFeed.Teller teller;
    private final ConfluentEventCodec codec;
    private final TopicTail tail;
    private final GroupLag lag;
    private final VitalsMeter meter = new VitalsMeter();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(
            2,
            new ThreadFactoryBuilder()
                    .setNameFormat("live-vitals-%d")
                    .setDaemon(true)
                    .build());
    private volatile @Nullable String problem;

    TopicWatch(Connection connection, Topics topics, String group, Clock clock, LiveFeed.Teller teller) {
        this.topics = topics;
        this.clock = clock;
        this.teller = teller;
        this.codec = connection.codec();
        this.lag = new GroupLag(connection::admin, group, topics.imageEvents());
        this.tail = new TopicTail(
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
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void start() {
        tail.start();
        timer.scheduleWithFixedDelay(lag::measure, 0, 2, TimeUnit.SECONDS);
        timer.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    private void tick() {
        try {
            teller.tell(new LiveEvent(LiveEvent.VITALS, meter.vitals(clock.millis(), lag.images(), problem)));
            teller.closeIfLeft();
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
            try {
                if (record.topic().equals(topics.captionEvents())) {
                    CaptionEvent event = decode(record, CaptionEvent.class);
                    if (event != null) {
                        captions.add(CaptionView.of(event));
                    }
                } else {
                    other(record);
                }
            } catch (RuntimeException e) {
                // The tail would read it again and again, and nothing after it.
                skipped(record, e);
            }
        }
        captions(captions);
    }

    private static void skipped(ConsumerRecord<?, ?> record, Exception e) {
        LOG.warnf(
                "Skipping what cannot be shown at %s-%d@%d: %s",
                record.topic(), record.partition(), record.offset(), e.getMessage());
    }

    private void captions(List<CaptionView> captions) {
        long now = clock.millis();
        for (int number = 0; number < captions.size(); number++) {
            CaptionView caption = captions.get(number);
            meter.caption(caption.at().toEpochMilli(), caption.latencyMillis(), now);
            if (number >= captions.size() - CAPTIONS_AT_ONCE || teller.isExpected(caption.id())) {
                teller.tell(new LiveEvent(LiveEvent.CAPTION, caption));
            }
        }
    }

    private void other(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(topics.deadLetters())) {
            DeadLetterView letter = DeadLetterView.of(DeadLetter.of(record));
            meter.deadLetter(letter.at().toEpochMilli(), clock.millis());
            teller.tell(new LiveEvent(LiveEvent.DEAD_LETTER, letter));
        } else if (record.topic().equals(topics.trainingReports())) {
            TrainingReport report = decode(record, TrainingReport.class);
            if (report != null) {
                teller.tell(new LiveEvent(LiveEvent.REPORT, ReportView.of(report)));
            }
        } else {
            ModelRelease release = decode(record, ModelRelease.class);
            if (release != null) {
                teller.tell(new LiveEvent(LiveEvent.RELEASE, ReleaseView.of(release)));
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
            skipped(record, e);
            return null;
        } catch (RegistryUnavailableException e) {
            problem = e.getMessage();
            return null;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        tail.close();
        lag.close();
    }
}
