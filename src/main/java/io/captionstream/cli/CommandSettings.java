package io.captionstream.cli;

import io.captionstream.event.RecordSizes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The settings of the service, for commands whose options do not say: system properties, environment variables and
 * {@code config/application.properties}, so that an operator does not type twice what the service is configured with.
 */
final class CommandSettings {
    private static final String PREFIX = "captionstream.";
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,10})([BKMG]?)", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "BKMG";

    private final Config config = ConfigProvider.getConfig();

    /** @param key what follows {@code captionstream.} */
    Optional<String> text(String key) {
        return config.getOptionalValue(PREFIX + key, String.class).filter(value -> !value.isBlank());
    }

    /** @param key what follows {@code captionstream.} */
    String text(String key, String otherwise) {
        return text(key).orElse(otherwise);
    }

    /** @param key what follows {@code captionstream.} */
    <T> T value(String key, Class<T> type, T otherwise) {
        return config.getOptionalValue(PREFIX + key, type).orElse(otherwise);
    }

    /** @param key what follows {@code captionstream.} */
    List<String> list(String key) {
        return text(key).map(value -> List.of(value.split(","))).orElse(List.of());
    }

    /** Of image events and their outcomes. */
    RecordSizes imageSizes() {
        return sizes("caption.max-record-size");
    }

    /** Of labelled pairs and their dead letters. */
    RecordSizes labelSizes() {
        return sizes("training.max-record-size");
    }

    private RecordSizes sizes(String key) {
        return text(key)
                .map(size -> RecordSizes.configured(PREFIX + key, bytes(key, size)))
                .orElse(RecordSizes.defaults());
    }

    /** As the service reads sizes: a number, and powers of 1024 by their letters. */
    private static long bytes(String key, String size) {
        Matcher matcher = SIZE.matcher(size.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("%s%s is no size such as 32M: %s".formatted(PREFIX, key, size));
        }
        int power = Math.max(0, UNITS.indexOf(matcher.group(2).toUpperCase(Locale.ROOT)));
        return Long.parseLong(matcher.group(1)) << (10 * power);
    }

    /** Whether the schema of what is written is registered first. */
    boolean registersSchemas() {
        return value("schema-registry.register", Boolean.class, true);
    }

    /**
     * The entries of a map, by what follows its key; keys with dots are quoted in the settings, here they are not.
     *
     * @param key what follows {@code captionstream.}
     */
    Map<String, String> map(String key) {
        String prefix = PREFIX + key + ".";
        Map<String, String> entries = new LinkedHashMap<>();
        for (String name : config.getPropertyNames()) {
            if (name.startsWith(prefix)) {
                config.getOptionalValue(name, String.class)
                        .ifPresent(value ->
                                entries.put(name.substring(prefix.length()).replaceAll("^\"|\"$", ""), value));
            }
        }
        return entries;
    }
}
