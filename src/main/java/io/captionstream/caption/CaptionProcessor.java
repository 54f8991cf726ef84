package io.captionstream.caption;

import static com.google.common.base.Verify.verifyNotNull;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import io.captionstream.caption.Outcome.Captioned;
import io.captionstream.caption.Outcome.Rejected;
import io.captionstream.event.FailureLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Captions are made asynchronously, commits are not: so every event is put in a changelogged store before its work
 * begins, and deleted together with the forwarding of its outcome. Whatever happens in between, the next owner of the
 * partition finds the event in the restored store and begins again. Commits never wait for captions.
 *
 * <p>Kafka Streams may call {@link #init} again after {@link #close}, so all state is made anew there.
 */
final class CaptionProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private static final Logger log = Logger.getLogger(CaptionProcessor.class);

    private final CaptionConfig config;
    private final CaptionHeaders headers;
    private final CaptionPipeline pipeline;
    private final InFlightBudget budget;
    private final Ticker ticker;
    private final CaptionListener listener;

    private @Nullable Task task;

    CaptionProcessor(
            CaptionConfig config,
            CaptionPipeline pipeline,
            InFlightBudget budget,
            Ticker ticker,
            CaptionListener listener) {
        this.config = config;
        this.headers = new CaptionHeaders(config.source());
        this.pipeline = pipeline;
        this.budget = budget;
        this.ticker = ticker;
        this.listener = listener;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        close();
        task = new Task(context);
        task.restore();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        requireNonNull(task, "not initialized").process(record);
    }

    @Override
    public void close() {
        if (task != null) {
            task.close();
            task = null;
        }
    }

    /** One tenure of a partition. */
    private final class Task {
        private final ProcessorContext<byte[], byte[]> context;
        private final KeyValueStore<Long, byte[]> store;
        private final InFlightImages images;
        private final Queue<Settling> settling = new ArrayDeque<>();
        private @Nullable Cancellable punctuation;
        private long nextSequence;

        private record Settling(long sequence, long emittedNanos) {}

        private Task(ProcessorContext<byte[], byte[]> context) {
            this.context = context;
            this.store = context.getStateStore(CaptionTopology.STORE);
            this.images = new InFlightImages(config, pipeline, budget, ticker, listener, this::entry, this::emit);
        }

        private void restore() {
            try (KeyValueIterator<Long, byte[]> entries = store.all()) {
                // In the order of their sequence numbers: the store compares bytes, the numbers are not negative.
                while (entries.hasNext()) {
                    KeyValue<Long, byte[]> entry = entries.next();
                    InFlightEntry event = InFlightCodec.decode(entry.value);
                    images.add(entry.key, event, entry.value.length);
                    nextSequence = entry.key + 1;
                }
            }
            if (images.size() > 0) {
                log.infof("Task %s goes on with %d images in flight", context.taskId(), images.size());
            }
            listener.restored(context.taskId().toString(), images.size());
            punctuateWhileNeeded();
        }

        private void process(Record<byte[], byte[]> record) {
            RecordMetadata origin =
                    context.recordMetadata().orElseThrow(() -> new IllegalStateException("record has no origin"));
            InFlightEntry entry = entry(record, origin);
            byte[] bytes = InFlightCodec.encode(entry);
            images.awaitRoom(bytes.length);
            long sequence = nextSequence++;
            store.put(sequence, bytes);
            images.add(sequence, entry, bytes.length);
            images.receive();
            punctuateWhileNeeded();
        }

        private InFlightEntry entry(Record<byte[], byte[]> record, RecordMetadata origin) {
            byte[] value = record.value();
            List<Header> headers = List.of(record.headers().toArray());
            InFlightEntry entry = new InFlightEntry(
                    origin.topic(),
                    origin.partition(),
                    origin.offset(),
                    record.timestamp(),
                    record.key(),
                    value,
                    value == null ? 0 : value.length,
                    headers);
            return value != null && value.length > config.maxRecordBytes() ? entry.withoutValue() : entry;
        }

        private InFlightEntry entry(long sequence) {
            return InFlightCodec.decode(verifyNotNull(store.get(sequence), "image %s is not in the store", sequence));
        }

        private void emit(InFlightImage image, Outcome outcome) {
            InFlightEntry entry = entry(image.sequence());
            if (outcome instanceof Captioned captioned) {
                forward(image, entry, captioned.value(), CaptionTopology.CAPTIONS);
                if (captioned.shadow() != null) {
                    forward(image, entry, captioned.shadow(), CaptionTopology.SHADOWS);
                }
                image.trace().captioned();
                listener.captioned(
                        Duration.ofNanos(ticker.read() - image.receivedNanos()),
                        Duration.ofMillis(Math.max(0, context.currentSystemTimeMs() - entry.timestamp())));
            } else if (outcome instanceof Rejected rejected) {
                FailureLog.rejected(
                        rejected.code().name(),
                        rejected.stage().name(),
                        entry.topic(),
                        entry.partition(),
                        entry.offset(),
                        image.trace().id());
                context.forward(
                        new Record<>(
                                entry.key(), entry.value(), entry.timestamp(), DeadLetters.headers(entry, rejected)),
                        CaptionTopology.DEAD_LETTERS);
                image.trace().deadLettered(rejected.code(), rejected.stage());
                listener.deadLettered(rejected.code(), rejected.stage());
            } else {
                throw new IllegalArgumentException("not an outcome to emit: " + outcome);
            }
            settling.add(new Settling(image.sequence(), ticker.read()));
            settle();
        }

        private void forward(InFlightImage image, InFlightEntry entry, byte[] value, String sink) {
            Instant now = Instant.ofEpochMilli(context.currentSystemTimeMs());
            context.forward(
                    new Record<>(entry.key(), value, entry.timestamp(), headers.of(entry, image.trace(), sink, now)),
                    sink);
        }

        private void settle() {
            long now = ticker.read();
            long settleNanos = config.settleTime().toNanos();
            while (!settling.isEmpty() && now - settling.element().emittedNanos() >= settleNanos) {
                store.delete(settling.remove().sequence());
            }
        }

        private void punctuate() {
            images.receive();
            settle();
            punctuateWhileNeeded();
        }

        // Every punctuation makes Kafka Streams commit: an idle service should not.
        private void punctuateWhileNeeded() {
            boolean needed = images.size() > 0 || !settling.isEmpty();
            if (needed && punctuation == null) {
                punctuation = context.schedule(
                        config.punctuationInterval(), PunctuationType.WALL_CLOCK_TIME, timestamp -> punctuate());
            } else if (!needed && punctuation != null) {
                punctuation.cancel();
                punctuation = null;
            }
            listener.inFlight(context.taskId().toString(), images.size(), images.bytes());
        }

        private void close() {
            images.close();
            if (punctuation != null) {
                punctuation.cancel();
                punctuation = null;
            }
            listener.inFlight(context.taskId().toString(), 0, 0);
        }
    }
}
