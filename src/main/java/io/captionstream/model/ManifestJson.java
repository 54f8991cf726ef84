package io.captionstream.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** The manifest as JSON: fields in alphabetical order, so that equal manifests are equal bytes. */
final class ManifestJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();
    private static final String FORMAT_VERSION = "formatVersion";

    private ManifestJson() {}

    /** For people: indented, with a line break at the end. */
    static String write(BundleManifest manifest) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
        try {
            return MAPPER.writer(printer).writeValueAsString(manifest) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a manifest", e);
        }
    }

    /**
     * Digest of a bundle: SHA-256 over its manifest as compact JSON with sorted fields and without the time of creation.
     * It covers the other files through their digests in the manifest.
     */
    static String digest(BundleManifest manifest) {
        try {
            return Hashing.sha256()
                    .hashString(MAPPER.writeValueAsString(manifest.withoutCreationTime()), StandardCharsets.UTF_8)
                    .toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a manifest", e);
        }
    }

    /** @param where for messages */
    static BundleManifest read(String json, String where) throws BundleException {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (node == null || !node.isObject()) {
                throw new BundleException(BundleException.Code.MALFORMED_MANIFEST, where + " is not a JSON object");
            }
            JsonNode version = node.path(FORMAT_VERSION);
            if (!version.isInt() || version.intValue() != BundleManifest.FORMAT_VERSION) {
                throw new BundleException(
                        BundleException.Code.UNKNOWN_FORMAT,
                        where + " has " + FORMAT_VERSION + " " + (version.isMissingNode() ? "missing" : version)
                                + ", known is " + BundleManifest.FORMAT_VERSION);
            }
            return MAPPER.treeToValue(node, BundleManifest.class);
        } catch (JsonMappingException e) {
            String field = e.getPath().stream()
                    .map(JsonMappingException.Reference::getFieldName)
                    .collect(Collectors.joining("."));
            throw new BundleException(
                    BundleException.Code.MALFORMED_MANIFEST,
                    where + ": field '" + field + "': " + e.getOriginalMessage(),
                    e);
        } catch (JsonProcessingException e) {
            throw new BundleException(
                    BundleException.Code.MALFORMED_MANIFEST, where + ": " + e.getOriginalMessage(), e);
        }
    }
}
