package io.captionstream.caption;

import io.captionstream.event.EventCodec;
import io.captionstream.inference.AsyncCaptioner;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;

/**
 * Image events in; captions and dead letters out, exactly one of them per event.
 *
 * <pre>
 * image-events ──▶ captioning ──▶ captions ──────▶ caption-events
 *      ▲              ├─────────▶ shadows ───────▶ caption-events.shadow
 *      │              ├─────────▶ dead-letters ──▶ image-events.dlq
 *      └── committed offsets, with what is in flight
 * </pre>
 *
 * It has no state store and no topic of its own: what is in flight is kept in the committed offsets, by {@link
 * CaptionClients}. A shadow never leaves but beside a caption event, in the same transaction.
 *
 * Keys and values are bytes: what cannot be decoded must be able to leave as it came.
 */
public final class CaptionTopology {
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
     * @param clients what Kafka Streams must be given as its client supplier
     * @param limits what the topics of the outcomes take
     */
    public static Topology build(
            CaptionConfig config,
            EventCodec codec,
            ImageSource images,
            Map<String, ? extends AsyncCaptioner> models,
            CaptionTrials trials,
            Executor executor,
            Clock clock,
            CaptionClients clients,
            RecordLimits limits,
            CaptionListener listener) {
        CaptionPipeline pipeline =
                new CaptionPipeline(config, codec, images, models, trials, executor, clock, listener);
        return build(RecordFilter.ALL, config, pipeline, clock, clients, limits, listener);
    }

    /**
     * Builds the topology for a part of the events, without trials: the others are read and passed over. Otherwise as
     * {@link #build(CaptionConfig, EventCodec, ImageSource, Map, CaptionTrials, Executor, Clock, CaptionClients,
     * RecordLimits, CaptionListener)}.
     */
    public static Topology buildFor(
            RecordFilter filter,
            CaptionConfig config,
            EventCodec codec,
            ImageSource images,
            Map<String, ? extends AsyncCaptioner> models,
            Executor executor,
            Clock clock,
            CaptionClients clients,
            RecordLimits limits,
            CaptionListener listener) {
        CaptionPipeline pipeline =
                new CaptionPipeline(config, codec, images, models, CaptionTrials.NONE, executor, clock, listener);
        return build(filter, config, pipeline, clock, clients, limits, listener);
    }

    private static Topology build(
            RecordFilter filter,
            CaptionConfig config,
            CaptionPipeline pipeline,
            Clock clock,
            CaptionClients clients,
            RecordLimits limits,
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
                PROCESSOR, () -> new CaptionProcessor(config, pipeline, clients, budget, limits, listener), parent);
        ByteArraySerializer bytes = new ByteArraySerializer();
        topology.addSink(CAPTIONS, config.topics().captionEvents(), bytes, bytes, PROCESSOR);
        topology.addSink(SHADOWS, config.topics().shadowCaptions(), bytes, bytes, PROCESSOR);
        topology.addSink(DEAD_LETTERS, config.topics().deadLetters(), bytes, bytes, PROCESSOR);
        return topology;
    }
}
