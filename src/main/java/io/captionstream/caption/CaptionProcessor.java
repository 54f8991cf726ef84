package io.captionstream.caption;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import io.captionstream.caption.Outcome.Rejected;
import io.captionstream.caption.Outlet.Emission;
import io.captionstream.event.FailureLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Captions are made asynchronously, commits are not: so what is committed of a partition is not how far it was read but
 * which of its events have their outcome ({@link OffsetLedger}). Whatever happens in between, the next owner of the
 * partition reads the others again. Nothing here waits: not for captions, and not for room.
 *
 * <p>Kafka Streams may call {@link #init} again after {@link #close}, so all state is made anew there.
 */
final class CaptionProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private static final Logger log = Logger.getLogger(CaptionProcessor.class);

    private final CaptionConfig config;
    private final CaptionPipeline pipeline;
    private final CaptionClients clients;
    private final InFlightImages.Shared shared;
    private final Outlet outlet;
    private final Ticker ticker;
    private final CaptionListener listener;

    private @Nullable Task task;

    CaptionProcessor(
            CaptionConfig config,
            CaptionPipeline pipeline,
            CaptionClients clients,
            InFlightBudget budget,
            RecordLimits limits,
            CaptionListener listener) {
        this.config = config;
        this.pipeline = pipeline;
        this.clients = clients;
        this.shared = new InFlightImages.Shared(budget, clients.isolation());
        this.outlet = new Outlet(config, limits, clients.refusals());
        this.ticker = clients.ticker();
        this.listener = listener;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        close();
        task = new Task(context);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Task current = requireNonNull(task, "not initialized");
        current.run(() -> current.process(record));
    }

    @Override
    public void close() {
        if (task != null) {
            task.close();
            task = null;
        }
    }

    /** One tenure of a partition. */
    private final class Task implements InFlightImages.Task {
        private final ProcessorContext<byte[], byte[]> context;
        private final TopicPartition partition;
        private final InFlightImages images;
        private final OffsetLedger ledger;
        private @Nullable Cancellable punctuation;

        private Task(ProcessorContext<byte[], byte[]> context) {
            this.context = context;
            this.partition = new TopicPartition(
                    config.topics().imageEvents(), context.taskId().partition());
            this.images = new InFlightImages(config, pipeline, shared, ticker, listener, this);
            this.ledger = clients.begin(partition, images::hasRoom);
            if (ledger.restoredCount() > 0) {
                log.infof("Task %s resumes %d images in flight", context.taskId(), ledger.restoredCount());
            }
            listener.restored(context.taskId().toString(), ledger.restoredCount());
            punctuateWhileNeeded();
        }

        @Override
        public OffsetLedger ledger() {
            return ledger;
        }

        @Override
        public void commit() {
            context.commit();
        }

        /** Runs work on events; what Kafka throws in it is no fault of theirs. */
        private void run(Runnable work) {
            try {
                work.run();
            } catch (KafkaException e) {
                throw e;
            } catch (RuntimeException | Error e) {
                ledger.failed();
                throw e;
            }
        }

        private void process(Record<byte[], byte[]> record) {
            RecordMetadata origin =
                    context.recordMetadata().orElseThrow(() -> new IllegalStateException("record has no origin"));
            if (ledger.receive(origin.offset(), this::vanished)) {
                images.add(entry(record, origin));
            }
            if (!ledger.hasBegun()) {
                context.commit();
            }
            advance();
        }

        private InFlightEntry entry(Record<byte[], byte[]> record, RecordMetadata origin) {
            byte[] value = record.value();
            InFlightEntry entry = new InFlightEntry(
                    origin.topic(),
                    origin.partition(),
                    origin.offset(),
                    record.timestamp(),
                    record.key(),
                    value,
                    value == null ? 0 : value.length,
                    List.of(record.headers().toArray()));
            return value != null && value.length > config.maxRecordBytes() ? entry.withoutValue() : entry;
        }

        private void vanished(long offset) {
            images.addRejected(
                    InFlightEntry.vanished(partition, offset, context.currentSystemTimeMs()),
                    new Rejected(
                            ErrorCode.EVENT_EXPIRED,
                            Stage.EVENT,
                            "The event was deleted from its topic before it was captioned",
                            1,
                            IllegalStateException.class.getName()));
        }

        @Override
        public void emit(InFlightImage image, Outcome outcome) {
            long now = context.currentSystemTimeMs();
            Emission emission = outlet.emission(image, outcome, Instant.ofEpochMilli(now));
            clients.ofThisThread().forwarded(ledger);
            clients.refusals().forwarding(partition, image.offset(), emission.form(), () -> emission.records()
                    .forEach(leaving -> context.forward(
                            new Record<>(leaving.key(), leaving.value(), now, leaving.headers()), leaving.sink())));
            ledger.finish(image.offset());
            tell(image, emission.rejected(), now);
        }

        private void tell(InFlightImage image, @Nullable Rejected rejected, long now) {
            InFlightEntry entry = image.entry();
            if (rejected == null) {
                image.trace().captioned();
                listener.captioned(
                        Duration.ofNanos(ticker.read() - image.receivedNanos()),
                        Duration.ofMillis(Math.max(0, now - entry.timestamp())));
                return;
            }
            FailureLog.rejected(
                    rejected.code().name(),
                    rejected.stage().name(),
                    entry.topic(),
                    entry.partition(),
                    entry.offset(),
                    image.trace().id());
            image.trace().deadLettered(rejected.code(), rejected.stage());
            listener.deadLettered(rejected.code(), rejected.stage());
        }

        private void advance() {
            ledger.takeVanished(this::vanished);
            images.advance();
            punctuateWhileNeeded();
        }

        // Every punctuation makes Kafka Streams commit: an idle service should not.
        private void punctuateWhileNeeded() {
            // What was deleted is only noticed by being passed: there may be nothing left to receive.
            boolean needed = images.size() > 0 || ledger.isAwaiting();
            if (needed && punctuation == null) {
                punctuation = context.schedule(
                        config.punctuationInterval(), PunctuationType.WALL_CLOCK_TIME, timestamp -> run(this::advance));
            } else if (!needed && punctuation != null) {
                punctuation.cancel();
                punctuation = null;
            }
            listener.inFlight(context.taskId().toString(), images.size(), images.bytes());
        }

        private void close() {
            images.close();
            clients.end(ledger);
            if (punctuation != null) {
                punctuation.cancel();
                punctuation = null;
            }
            listener.inFlight(context.taskId().toString(), 0, 0);
        }
    }
}
