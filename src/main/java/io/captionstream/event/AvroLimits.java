package io.captionstream.event;

/**
 * Bounds what Avro allocates on the word of the bytes it reads: a corrupt length of two gigabytes must be an error, not
 * an {@link OutOfMemoryError}. Avro takes the bounds from system properties, once, when its decoder is loaded.
 */
final class AvroLimits {
    private static final int MAX_BYTES = 64 << 20;
    private static final int MAX_CHARACTERS = 64 << 20;
    private static final int MAX_ITEMS = 1 << 20;

    private AvroLimits() {}

    /** Sets the bounds, unless the operator has. */
    static void apply() {
        setIfAbsent("org.apache.avro.limits.bytes.maxLength", MAX_BYTES);
        setIfAbsent("org.apache.avro.limits.string.maxLength", MAX_CHARACTERS);
        setIfAbsent("org.apache.avro.limits.collectionItems.maxLength", MAX_ITEMS);
    }

    private static void setIfAbsent(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }
}
