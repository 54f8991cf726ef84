package io.captionstream.learning;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hashing;
import io.captionstream.event.DeadLetterHeaders;
import io.captionstream.event.FailureLog;
import io.captionstream.labels.LabelOutcome;
import io.captionstream.labels.LabelRules;
import io.captionstream.labels.RefusedLabelException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Takes labelled pairs in: remembers the digest of each id's newest value, so that the same pair again is not new, and
 * counts the new ones. The owners of the models hear of the count now and then, not of each pair. What cannot be learned
 * from becomes a dead letter and changes nothing.
 */
final class LabelIntake implements Processor<byte[], byte[], byte[], IntakeOutput> {
    private static final String STAGE = "EVENT";

    private final LearningConfig config;
    private final LabelRules rules;
    private final LearningListener listener;
    private final Set<Integer> untold = new HashSet<>();

    private @Nullable ProcessorContext<byte[], IntakeOutput> context;
    private @Nullable KeyValueStore<byte[], byte[]> pairs;
    private @Nullable KeyValueStore<Integer, LabelProgress> progress;
    private @Nullable Cancellable punctuation;

    LabelIntake(LearningConfig config, LabelRules rules, LearningListener listener) {
        this.config = config;
        this.rules = rules;
        this.listener = listener;
    }

    @Override
    public void init(ProcessorContext<byte[], IntakeOutput> initialized) {
        context = initialized;
        pairs = initialized.getStateStore(LearningTopology.PAIRS);
        progress = initialized.getStateStore(LearningTopology.PROGRESS);
        untold.clear();
        punctuation = null;
        try (var entries = progress.all()) {
            // Whoever owned the partition before may not have said it all, and models may have been added.
            entries.forEachRemaining(entry -> untold.add(entry.key));
        }
        punctuateWhileNeeded();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata origin = requireNonNull(context)
                .recordMetadata()
                .orElseThrow(() -> new IllegalStateException("record has no origin"));
        boolean isNew = false;
        try {
            LabelOutcome outcome = take(record.key(), record.value());
            isNew = outcome == LabelOutcome.LEARNED;
            listener.label(outcome);
        } catch (RefusedLabelException e) {
            refuse(record, origin, e);
        }
        KeyValueStore<Integer, LabelProgress> store = requireNonNull(progress);
        LabelProgress before = store.get(origin.partition());
        store.put(
                origin.partition(),
                new LabelProgress(origin.offset() + 1, (before == null ? 0 : before.pairs()) + (isNew ? 1 : 0)));
        untold.add(origin.partition());
        punctuateWhileNeeded();
    }

    /** LEARNED stands for new here. */
    private LabelOutcome take(byte @Nullable [] key, byte @Nullable [] value) throws RefusedLabelException {
        KeyValueStore<byte[], byte[]> store = requireNonNull(pairs);
        byte[] id = LabelRules.id(key).getBytes(UTF_8);
        if (value == null) {
            store.delete(id);
            return LabelOutcome.WITHDRAWN;
        }
        byte[] digest = Hashing.sha256().hashBytes(value).asBytes();
        if (Arrays.equals(digest, store.get(id))) {
            return LabelOutcome.REPEATED;
        }
        rules.label(key, value);
        store.put(id, digest);
        return LabelOutcome.LEARNED;
    }

    private void refuse(Record<byte[], byte[]> record, RecordMetadata origin, RefusedLabelException e) {
        FailureLog.rejected(e.outcome().name(), STAGE, origin.topic(), origin.partition(), origin.offset(), "");
        DeadLetterHeaders headers = DeadLetterHeaders.of(record.headers())
                .failure(
                        e.outcome().name(),
                        String.valueOf(e.getMessage()),
                        e.getClass().getName())
                .with(DeadLetterHeaders.CATEGORY, "LABEL")
                .with(DeadLetterHeaders.STAGE, STAGE)
                .with(DeadLetterHeaders.ATTEMPT, "1")
                .origin(origin.topic(), origin.partition(), origin.offset());
        requireNonNull(context)
                .forward(new Record<>(
                        record.key(),
                        new IntakeOutput.DeadLetter(record.value()),
                        record.timestamp(),
                        headers.headers()));
        listener.label(e.outcome());
    }

    private void tell(long now) {
        KeyValueStore<Integer, LabelProgress> store = requireNonNull(progress);
        for (int partition : untold) {
            LabelProgress current = requireNonNull(store.get(partition));
            for (String model : config.triggers().keySet()) {
                requireNonNull(context)
                        .forward(new Record<>(
                                model.getBytes(UTF_8), Signal.labels(partition, current.end(), current.pairs()), now));
            }
        }
        untold.clear();
        punctuateWhileNeeded();
    }

    // Every punctuation makes Kafka Streams commit: an idle service should not.
    private void punctuateWhileNeeded() {
        if (!untold.isEmpty() && punctuation == null) {
            punctuation = requireNonNull(context).schedule(config.tick(), PunctuationType.WALL_CLOCK_TIME, this::tell);
        } else if (untold.isEmpty() && punctuation != null) {
            punctuation.cancel();
            punctuation = null;
        }
    }

    @Override
    public void close() {
        if (punctuation != null) {
            punctuation.cancel();
            punctuation = null;
        }
    }
}
