package io.captionstream.caption;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka clients of the caption topology, which must run with them: what is in flight is kept in the offsets that they
 * commit. One object per topology and process.
 *
 * <pre>
 *                     reads again from the lowest event without an outcome
 * committed offset ──▶ consumer ──▶ task ──▶ outcomes ──▶ producer ──▶ one transaction
 *   and its metadata                  └───── ledger ─────────┘
 * </pre>
 */
public final class CaptionClients implements KafkaClientSupplier {
    private final Ticker ticker;
    private final ThreadLocal<ThreadLedgers> threads;
    private final Refusals refusals = new Refusals();
    private final Isolation isolation = new Isolation();
    private final Set<OffsetLedger> ledgers = ConcurrentHashMap.newKeySet();

    /** What tenures have committed that ended and left this process unharmed. */
    private final Map<TopicPartition, LedgerSnapshot> outlived = new ConcurrentHashMap<>();

    public CaptionClients() {
        this(Ticker.systemTicker());
    }

    CaptionClients(Ticker ticker) {
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.threads = ThreadLocal.withInitial(() -> new ThreadLedgers(ticker));
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new LedgerProducer(config, threads::get, refusals);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new LedgerConsumer(config, threads::get);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Begins a tenure on the calling stream thread. */
    OffsetLedger begin(TopicPartition partition, BooleanSupplier room) {
        OffsetLedger ledger = threads.get().begin(partition, outlived.remove(partition), room);
        ledgers.add(ledger);
        return ledger;
    }

    /** Ends it, on the same thread. */
    void end(OffsetLedger ledger) {
        ledgers.remove(ledger);
        threads.get().end(ledger);
        LedgerSnapshot committed = ledger.outlived();
        if (committed != null) {
            outlived.put(ledger.partition(), committed);
        }
    }

    /** The ledgers of the calling stream thread. */
    ThreadLedgers ofThisThread() {
        return threads.get();
    }

    Refusals refusals() {
        return refusals;
    }

    Isolation isolation() {
        return isolation;
    }

    Ticker ticker() {
        return ticker;
    }

    /**
     * The partition that has had images in flight for longest without an outcome, if for longer than the limit, and what
     * they wait for; for a person to read.
     */
    public Optional<String> stalled(Duration limit) {
        @Nullable
        OffsetLedger longest = ledgers.stream()
                .max(Comparator.comparing(OffsetLedger::stalledFor))
                .orElse(null);
        if (longest == null || longest.stalledFor().compareTo(limit) <= 0) {
            return Optional.empty();
        }
        return Optional.of("%s, no outcome for %d s"
                .formatted(longest.describe(), longest.stalledFor().toSeconds()));
    }
}
