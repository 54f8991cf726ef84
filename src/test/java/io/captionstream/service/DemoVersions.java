package io.captionstream.service;

import static java.util.Objects.requireNonNull;

import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.Trial;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.ModelBundle;
import io.captionstream.release.ReleaseLog;
import io.captionstream.release.Releases;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import io.captionstream.store.StoredBundle;
import io.captionstream.text.Vocabulary;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Versions of a demo bundle in a store, to be released: the same weights, but each says another word for one that is in
 * every caption. What a version says of an image is known, and a mix of versions would show.
 */
final class DemoVersions implements AutoCloseable {
    static final String MODEL = "resnet50-lstm";
    /** What the demo's own version says. */
    static final String WORD = "a";

    private final Path folder;
    private final BundleStore store;
    private final ReleaseLog log;
    private final List<Version> versions = new ArrayList<>();
    private @Nullable ModelRelease current;

    /** @param word what it says for {@link #WORD} */
    record Version(String name, String word, StoredBundle bundle) {
        String digest() {
            return bundle.digest();
        }

        /** What it says, given what the demo's own version says. */
        String caption(String original) {
            return original.replaceAll("\\b" + WORD + "\\b", word);
        }
    }

    DemoVersions(EmbeddedStack stack, String topic, Path folder) {
        this.folder = folder;
        store = BundleStore.open(StoreConfig.of(storeFolder().toUri()));
        SchemaRegistryClient registry =
                new CachedSchemaRegistryClient(stack.registry().url(), 10);
        // Releases may be older than the first service.
        new SchemaRegistrar(registry).register(Map.of(topic, ModelRelease.getClassSchema()));
        String servers = stack.broker().bootstrapServers();
        log = new ReleaseLog(
                () -> new KafkaConsumer<>(
                        Map.of("bootstrap.servers", servers, "isolation.level", "read_committed"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer()),
                () -> new KafkaProducer<>(
                        Map.of("bootstrap.servers", servers, "acks", "all"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer()),
                new ConfluentEventCodec(registry, Map.of()),
                topic);
    }

    Path storeFolder() {
        return folder.resolve("store");
    }

    /** The configuration of a service that serves the demo's own version until there is a release. */
    Map<String, String> serviceProperties() {
        return Map.of(
                "captionstream.models", DemoModels.folder(MODEL).toString(),
                "captionstream.store.uri", storeFolder().toUri().toString(),
                // So that every version says the same of an image whatever company it has.
                "captionstream.inference.precision", "fp32");
    }

    /** Puts a version into the store. */
    Version make(String word) throws IOException, BundleException {
        BundleWriter.Contents original = BundleWriter.contents(ModelBundle.open(DemoModels.folder(MODEL)));
        String name = Integer.toString(versions.size() + 2);
        ModelBundle bundle = BundleWriter.write(
                folder.resolve("written-" + name),
                new BundleWriter.Contents(
                        original.name(),
                        name,
                        original.network(),
                        original.weights(),
                        renamed(original.vocabulary(), word),
                        original.resize(),
                        original.decoding(),
                        original.metrics(),
                        original.quality(),
                        original.lineage(),
                        original.createdAt()));
        Version version = new Version(name, word, store.publish(bundle));
        versions.add(version);
        return version;
    }

    private static Vocabulary renamed(Vocabulary vocabulary, String word) {
        return Vocabulary.of(vocabulary.words().stream()
                .skip(Vocabulary.UNKNOWN + 1)
                .map(old -> old.equals(WORD) ? word : old)
                .toList());
    }

    void release(Version version) throws IOException {
        current = Releases.promote(current, record(version));
        log.publish(current);
    }

    private static ModelRelease record(Version version) {
        return ModelRelease.newBuilder()
                .setModel(MODEL)
                .setVersion(version.name())
                .setBundleUri(version.bundle().uri().toString())
                .setDigest(version.digest())
                .setReleasedAt(Instant.now())
                .build();
    }

    /** Releases a version whose bundle is not as the release says. */
    void releaseWrong(Version version, String digest) throws IOException {
        log.publish(ModelRelease.newBuilder(record(version)).setDigest(digest).build());
    }

    void startTrial(Version version, String mode, int percentage) throws IOException {
        Trial trial = Trial.newBuilder()
                .setVersion(version.name())
                .setBundleUri(version.bundle().uri().toString())
                .setDigest(version.digest())
                .setMode(mode)
                .setPercentage(percentage)
                .setStartedAt(Instant.now())
                .build();
        current = Releases.startTrial(requireNonNull(current, "nothing is released"), trial, "");
        log.publish(current);
    }

    void endTrial() throws IOException {
        current = Releases.endTrial(requireNonNull(current, "nothing is released"), "");
        log.publish(current);
    }

    void promoteTrial() throws IOException {
        current = Releases.promoteTrial(requireNonNull(current, "nothing is released"), "", Instant.now());
        log.publish(current);
    }

    @Override
    public void close() {
        store.close();
    }
}
