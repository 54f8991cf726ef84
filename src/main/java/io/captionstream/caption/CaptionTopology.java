package io.captionstream.caption;

import com.google.common.base.Ticker;
import io.captionstream.event.EventCodec;
import io.captionstream.inference.AsyncCaptioner;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Image events in; captions and dead letters out, exactly one of them per event.
 *
 * <pre>
 *                     ┌──────────── in-flight store ───▶ changelog
 *                     │
 * image-events ──▶ captioning ──▶ captions ──────▶ caption-events
 *                     ├─────────▶ shadows ───────▶ caption-events.shadow
 *                     └─────────▶ dead-letters ──▶ image-events.dlq
 * </pre>
 *
 * A shadow never leaves but beside a caption event, in the same transaction.
 *
 * Keys and values are bytes: what cannot be decoded must be able to leave as it came.
 */
public final class CaptionTopology {
    /** The in-flight store; its changelog is named after it. */
    public static final String STORE = "images-in-flight";

    static final String SOURCE = "image-events";
    static final String FILTER = "filter";
    static final String PROCESSOR = "captioning";
    static final String CAPTIONS = "captions";
    static final String SHADOWS = "shadows";
    static final String DEAD_LETTERS = "dead-letters";

    private CaptionTopology() {}

    /**
     * Builds the topology. What it is given is shared by all tasks and stays the caller's to close, after the streams.
     *
     * @param models by name, in the order in which an event that asks for none is captioned
     * @param trials versions on trial beside them
     * @param executor decodes and encodes events; may block on the schema registry, so two threads at least
     */
    public static Topology build(
            CaptionConfig config,
            EventCodec codec,
            ImageSource images,
            Map<String, ? extends AsyncCaptioner> models,
            CaptionTrials trials,
            Executor executor,
            Clock clock,
            CaptionListener listener) {
        return build(config, codec, images, models, trials, executor, clock, Ticker.systemTicker(), listener);
    }

    /**
     * Builds the topology for a part of the events: the others are read and passed over. Otherwise as
     * {@link #build(CaptionConfig, EventCodec, ImageSource, Map, CaptionTrials, Executor, Clock, CaptionListener)}.
     */
    public static Topology buildFor(
            RecordFilter filter,
            CaptionConfig config,
            EventCodec codec,
            ImageSource images,
            Map<String, ? extends AsyncCaptioner> models,
            Executor executor,
            Clock clock,
            CaptionListener listener) {
        return build(
                filter,
                config,
                new CaptionPipeline(config, codec, images, models, CaptionTrials.NONE, executor, clock, listener),
                clock,
                Ticker.systemTicker(),
                listener);
    }

    static Topology build(
            CaptionConfig config,
            EventCodec codec,
            ImageSource images,
            Map<String, ? extends AsyncCaptioner> models,
            CaptionTrials trials,
            Executor executor,
            Clock clock,
            Ticker ticker,
            CaptionListener listener) {
        CaptionPipeline pipeline =
                new CaptionPipeline(config, codec, images, models, trials, executor, clock, listener);
        return build(RecordFilter.ALL, config, pipeline, clock, ticker, listener);
    }

    private static Topology build(
            RecordFilter filter,
            CaptionConfig config,
            CaptionPipeline pipeline,
            Clock clock,
            Ticker ticker,
            CaptionListener listener) {
        InFlightBudget budget = new InFlightBudget(config.limits().processBytes());
        Topology topology = new Topology();
        topology.addSource(
                AutoOffsetReset.earliest(),
                SOURCE,
                // A record without a time of its own must not stop the stream: it came now.
                (event, partitionTime) -> event.timestamp() >= 0 ? event.timestamp() : clock.millis(),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                config.topics().imageEvents());
        String parent = SOURCE;
        if (filter != RecordFilter.ALL) {
            topology.addProcessor(FILTER, () -> new FilterProcessor(filter), SOURCE);
            parent = FILTER;
        }
        topology.addProcessor(
                PROCESSOR, () -> new CaptionProcessor(config, pipeline, budget, ticker, listener), parent);
        topology.addStateStore(store(config), PROCESSOR);
        ByteArraySerializer bytes = new ByteArraySerializer();
        topology.addSink(CAPTIONS, config.topics().captionEvents(), bytes, bytes, PROCESSOR);
        topology.addSink(SHADOWS, config.topics().shadowCaptions(), bytes, bytes, PROCESSOR);
        topology.addSink(DEAD_LETTERS, config.topics().deadLetters(), bytes, bytes, PROCESSOR);
        return topology;
    }

    private static StoreBuilder<KeyValueStore<Long, byte[]>> store(CaptionConfig config) {
        int maxMessageBytes = Math.addExact(config.maxRecordBytes(), CaptionConfig.RECORD_OVERHEAD_BYTES);
        return Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(STORE), Serdes.Long(), Serdes.ByteArray())
                .withLoggingEnabled(Map.of(
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(maxMessageBytes),
                        // Entries live for seconds and a restart reads the changelog from its beginning, so it is
                        // compacted early and often. Deletions are kept for longer than any restart takes.
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(Math.max(64 << 20, maxMessageBytes)),
                        TopicConfig.SEGMENT_MS_CONFIG,
                        Long.toString(600_000),
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                        "0.1",
                        TopicConfig.DELETE_RETENTION_MS_CONFIG,
                        Long.toString(3_600_000)));
    }
}
