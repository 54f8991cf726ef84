package io.captionstream.caption;

import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The producer of a stream thread: no outcome is committed but together with its ledger's word of it. */
final class LedgerProducer extends KafkaProducer<byte[], byte[]> {
    private final Supplier<ThreadLedgers> ledgers;
    private final Refusals refusals;

    /** @param ledgers of the calling thread */
    LedgerProducer(Map<String, Object> config, Supplier<ThreadLedgers> ledgers, Refusals refusals) {
        super(config, new ByteArraySerializer(), new ByteArraySerializer());
        this.ledgers = ledgers;
        this.refusals = refusals;
    }

    @Override
    public void initTransactions() {
        super.initTransactions();
        ledgers.get().aborted();
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> outcome, Callback callback) {
        return super.send(outcome, refusals.watching(callback));
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
        super.sendOffsetsToTransaction(ledgers.get().covering(offsets, groupMetadata), groupMetadata);
    }

    @Override
    public void commitTransaction() {
        ThreadLedgers mine = ledgers.get();
        mine.beforeCommit();
        super.commitTransaction();
        mine.committed();
    }

    @Override
    public void abortTransaction() {
        ledgers.get().aborted();
        super.abortTransaction();
    }
}
