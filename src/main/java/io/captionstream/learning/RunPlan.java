package io.captionstream.learning;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.ImmutableMap;
import io.captionstream.event.Lineage;
import io.captionstream.event.OffsetRange;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.labels.LogRange;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a run depends on. Two runs of equal plans make bundles of equal digests, on the same machine, as long as log
 * and images are what they were.
 *
 * @param model name of the model
 * @param runId of its reports and its folder
 * @param version of the bundle it makes
 * @param ranges of the log that it learns from
 * @param parent the version it starts from; null if it starts from nothing
 * @param sizes of the network if it starts from nothing; null otherwise
 * @param config how it learns
 * @param createdAt of the bundle
 * @param trigger why there is a run
 */
public record RunPlan(
        String model,
        String runId,
        String version,
        List<LogRange> ranges,
        @Nullable Parent parent,
        @Nullable NetworkConfig sizes,
        FineTuneConfig config,
        Instant createdAt,
        String trigger) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<LogRange>> RANGES = new TypeReference<>() {};

    private static final String RUN_ID = "run.id";
    private static final String TRIGGER = "run.trigger";
    private static final String LOG_RANGES = "run.ranges";
    private static final String PARENT_VERSION = "run.parentVersion";
    private static final String PARENT_DIGEST = "run.parentDigest";

    /**
     * The version that a run starts from.
     *
     * @param version for people
     * @param digest its bundle in the store, lower-case hexadecimal SHA-256
     */
    public record Parent(String version, String digest) {
        public Parent {
            requireNonNull(version, "version is null");
            checkArgument(digest.matches("[0-9a-f]{64}"), "not a digest: %s", digest);
        }
    }

    public RunPlan {
        checkArgument(!model.isBlank(), "model is blank");
        // Names a folder.
        checkArgument(runId.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,150}"), "not a run id: %s", runId);
        checkArgument(!version.isBlank(), "version is blank");
        ranges = List.copyOf(ranges);
        checkArgument((parent == null) != (sizes == null), "either parent or sizes must be given");
        requireNonNull(config, "config is null");
        requireNonNull(createdAt, "createdAt is null");
        requireNonNull(trigger, "trigger is null");
    }

    /**
     * The plan that a bundle was made by.
     *
     * @throws IllegalArgumentException if its lineage does not say: it was not made from the log
     */
    public static RunPlan of(ModelBundle bundle) {
        BundleManifest manifest = bundle.manifest();
        String createdAt = manifest.createdAt();
        checkArgument(
                createdAt != null && manifest.lineage().containsKey(LOG_RANGES),
                "version %s of %s was not made from the log: its lineage has no %s",
                manifest.version(),
                manifest.name(),
                LOG_RANGES);
        return of(
                manifest.name(),
                manifest.version(),
                createdAt,
                manifest.lineage(),
                manifest.lineage().containsKey(PARENT_DIGEST) ? null : manifest.requireNetwork());
    }

    private static RunPlan of(
            String model,
            String version,
            String createdAt,
            Map<String, String> lineage,
            @Nullable NetworkConfig sizes) {
        String parentDigest = lineage.get(PARENT_DIGEST);
        try {
            return new RunPlan(
                    model,
                    entry(lineage, RUN_ID),
                    version,
                    JSON.readValue(entry(lineage, LOG_RANGES), RANGES),
                    parentDigest == null ? null : new Parent(entry(lineage, PARENT_VERSION), parentDigest),
                    sizes,
                    FineTuneConfig.fromMap(lineage),
                    Instant.parse(createdAt),
                    entry(lineage, TRIGGER));
        } catch (JsonProcessingException | DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "the lineage of version %s of %s cannot be read: %s".formatted(version, model, e.getMessage()), e);
        }
    }

    private static String entry(Map<String, String> lineage, String name) {
        String value = lineage.get(name);
        checkArgument(value != null, "the lineage has no %s", name);
        return value;
    }

    /** What goes into the bundle, for {@link #of(ModelBundle)} to read. */
    public Map<String, String> lineage() {
        ImmutableMap.Builder<String, String> lineage = ImmutableMap.<String, String>builder()
                .put(RUN_ID, runId)
                .put(TRIGGER, trigger)
                .put(LOG_RANGES, json(ranges));
        if (parent != null) {
            lineage.put(PARENT_VERSION, parent.version()).put(PARENT_DIGEST, parent.digest());
        }
        return lineage.putAll(config.toMap()).buildOrThrow();
    }

    /**
     * What goes into the release.
     *
     * @param holdout digest of the ids of the held-out images
     */
    public Lineage lineageOfRelease(String holdout) {
        return Lineage.newBuilder()
                .setRanges(ranges.stream()
                        .map(range -> new OffsetRange(
                                range.topic(), range.partition(), range.from(), range.to(), range.fresh()))
                        .toList())
                .setSeed(config.seed())
                .setHyperParameters(config.toMap())
                .setHoldout(holdout)
                .build();
    }

    private record Written(
            String model,
            String version,
            String createdAt,
            Map<String, String> lineage,
            @Nullable NetworkConfig sizes) {}

    /** For {@link #fromJson}. */
    public String toJson() {
        return json(new Written(model, version, createdAt.toString(), lineage(), sizes));
    }

    /** @throws IllegalArgumentException if it is not what {@link #toJson} wrote */
    public static RunPlan fromJson(String json) {
        try {
            Written written = JSON.readValue(json, Written.class);
            return of(written.model, written.version, written.createdAt, written.lineage, written.sizes);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a plan: " + e.getMessage(), e);
        }
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value, e);
        }
    }
}
