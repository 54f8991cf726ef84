package io.captionstream.caption;

import io.captionstream.event.RecordSizes;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Properties of Kafka Streams for records as large as images, for whoever runs a topology of them to build on. */
public final class CaptionStreams {
    /** Of the caption topology: its punctuators, which pass results on, run between polls. */
    public static final int POLL_MILLIS = 5;

    private CaptionStreams() {}

    /**
     * Brokers, and what else there is no sensible default of, are the caller's to add. Sizes of requests, buffers and
     * internal topics follow from the largest record, as {@link RecordSizes} says.
     *
     * @param maxRecordBytes as {@link CaptionConfig#maxRecordBytes}
     * @throws IllegalArgumentException if no record is so small or so large
     */
    public static Properties properties(String applicationId, Path stateDirectory, int maxRecordBytes) {
        RecordSizes sizes = new RecordSizes(maxRecordBytes);
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // Records may be megabytes: these bound what is buffered before the topology bounds what is in flight.
        properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 32);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 64);
        // Not larger for larger records: whatever these say, a fetch returns its first batch whole.
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), 16 << 20);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 1 << 20);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 15_000);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 3_000);
        // A partition that is taken over waits for the answer about another's changelog that has nothing new: half a
        // second by default, of a start that takes four. To be asked more often costs brokers next to nothing.
        properties.put(StreamsConfig.restoreConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 50);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), sizes.maxWrittenBytes());
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), sizes.bufferBytes());
        // Of internal topics, whose keys may be as large as those of what is read.
        properties.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), sizes.maxWrittenBytes());
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // There are no global stores; unset, it is warned of at every start.
        properties.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG, true);
        return properties;
    }
}
