package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSortedMap;
import io.captionstream.network.NetworkConfig;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bundle.json} says of a bundle.
 *
 * @param formatVersion of the manifest, {@link #FORMAT_VERSION}
 * @param name of the model, for example {@code resnet50-lstm}
 * @param version of the model
 * @param network architecture and sizes; null if the graph was made elsewhere
 * @param foreign what is known of a graph that was made elsewhere; null if {@code network} is not
 * @param resize how images become the size of the input: {@code stretch} or {@code center-crop}
 * @param decoding the options to use where an event has none
 * @param metrics measured on the model, for example {@code exactMatch}
 * @param confidence how likely a caption is right; null if that was not fitted
 * @param bfloat16 how far captions stay the same in bfloat16; null if that was not measured
 * @param lineage what the model was made from and how
 * @param createdAt ISO 8601 instant, or null; not part of the digest, so that equal training makes equal bundles
 * @param files lower-case hexadecimal SHA-256 of the other files
 */
public record BundleManifest(
        int formatVersion,
        String name,
        String version,
        @Nullable NetworkConfig network,
        @Nullable ForeignGraph foreign,
        String resize,
        DecodingOptions decoding,
        Map<String, Double> metrics,
        @Nullable ConfidenceCalibration confidence,
        @Nullable Bfloat16Agreement bfloat16,
        Map<String, String> lineage,
        @Nullable String createdAt,
        Map<String, String> files) {
    /** The format this version reads and writes. */
    public static final int FORMAT_VERSION = 1;

    public static final String MANIFEST = "bundle.json";
    public static final String GRAPH = "saved_model.pb";
    public static final String WEIGHTS = "weights.safetensors";
    public static final String VOCABULARY = "vocabulary.txt";

    private static final Set<String> FILES = Set.of(GRAPH, WEIGHTS, VOCABULARY);
    private static final Set<String> FOREIGN_FILES = Set.of(GRAPH, VOCABULARY);
    private static final Pattern VARIABLES = Pattern.compile("variables/[A-Za-z0-9_-][A-Za-z0-9._-]*");
    private static final Set<String> RESIZES = Set.of("stretch", "center-crop");

    public BundleManifest {
        checkArgument(formatVersion == FORMAT_VERSION, "formatVersion must be %s", FORMAT_VERSION);
        checkArgument(name != null && !name.isBlank(), "name is blank");
        checkArgument(version != null && !version.isBlank(), "version is blank");
        checkArgument((network == null) != (foreign == null), "either network or foreign must be there");
        checkArgument(RESIZES.contains(resize), "resize must be one of %s: %s", RESIZES, resize);
        requireNonNull(decoding, "decoding is null");
        metrics = ImmutableSortedMap.copyOf(metrics);
        lineage = ImmutableSortedMap.copyOf(lineage);
        files = ImmutableSortedMap.copyOf(files);
        checkArgument(
                network == null ? isForeign(files.keySet()) : files.keySet().equals(FILES),
                "files must be %s: %s",
                network == null ? FOREIGN_FILES + " and variables" : FILES,
                files.keySet());
    }

    /**
     * Reads {@code bundle.json}, which says nothing yet of the files beside it.
     *
     * @param where for messages
     * @throws BundleException if it is no manifest of this format
     */
    public static BundleManifest read(String json, String where) throws BundleException {
        return ManifestJson.read(json, where);
    }

    /** Of the bundle, as of {@link ModelBundle#digest}: covers the other files through {@link #files}. */
    public String digest() {
        return ManifestJson.digest(this);
    }

    /** What was found out about the captions. */
    public BundleQuality quality() {
        return new BundleQuality(confidence, bfloat16);
    }

    private static boolean isForeign(Set<String> files) {
        return files.containsAll(FOREIGN_FILES)
                && files.stream()
                        .allMatch(file -> FOREIGN_FILES.contains(file)
                                || VARIABLES.matcher(file).matches());
    }

    /** @throws IllegalArgumentException if the graph was made elsewhere, so that nothing is known of its network */
    public NetworkConfig requireNetwork() {
        checkArgument(
                network != null,
                "the graph of %s %s was made elsewhere: it can be served, but its weights cannot be had",
                name,
                version);
        return network;
    }

    /** The images the model takes. */
    public InputSpec input() {
        int size = foreign == null ? requireNetwork().imageSize() : foreign.imageSize();
        return new InputSpec(size, size, resize);
    }

    /** Number of tokens, the special ones included. */
    int vocabularySize() {
        return foreign == null ? requireNetwork().vocabularySize() : foreign.vocabularySize();
    }

    BundleManifest withoutCreationTime() {
        return new BundleManifest(
                formatVersion,
                name,
                version,
                network,
                foreign,
                resize,
                decoding,
                metrics,
                confidence,
                bfloat16,
                lineage,
                null,
                files);
    }
}
