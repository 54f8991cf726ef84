package io.captionstream.event;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.time.Duration;
import org.apache.avro.Schema;

/** The schemas that values were written with, by the registry's ids. Safe for use by many threads, which it may block. */
final class WriterSchemas {
    private static final int MAX_KNOWN = 1_000;
    /** Values that are no events may name any id. */
    private static final int MAX_PENDING = 10_000;
    /** Longer than anybody waits between two attempts. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);

    private final SchemaLookup lookup;
    private final RegistryProbe probe;
    private final RegistryPatience patience;
    private final Ticker ticker;
    private final Cache<Integer, Schema> known =
            CacheBuilder.newBuilder().maximumSize(MAX_KNOWN).build();
    private final Cache<Integer, PendingSchema> pending;

    WriterSchemas(SchemaRegistryClient registry, RegistryPatience patience, Ticker ticker) {
        this.lookup = new SchemaLookup(registry);
        this.probe = new RegistryProbe(registry, ticker);
        this.patience = patience;
        this.ticker = ticker;
        this.pending = CacheBuilder.newBuilder()
                .ticker(ticker)
                .maximumSize(MAX_PENDING)
                .expireAfterAccess(patience.longest().multipliedBy(2).plus(FORGOTTEN))
                .build();
    }

    /**
     * The schema with an id.
     *
     * @throws UndecodableEventException if there is none, or none of Avro's
     * @throws RegistryUnavailableException if the registry does not give it now
     */
    Schema get(int id) throws UndecodableEventException {
        Schema schema = known.getIfPresent(id);
        if (schema == null) {
            schema = pending.asMap()
                    .computeIfAbsent(id, key -> new PendingSchema(key, lookup, probe, patience, ticker))
                    .get();
            known.put(id, schema);
            pending.invalidate(id);
        }
        return schema;
    }
}
