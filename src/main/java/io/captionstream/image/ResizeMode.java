package io.captionstream.image;

import java.util.Locale;

/** How an image of one aspect ratio becomes one of another. */
public enum ResizeMode {
    /** The whole image is scaled, each axis by its own factor; the aspect ratio is not kept. */
    STRETCH,
    /** The largest centred part that has the wanted aspect ratio is scaled; the rest is cut off. */
    CENTER_CROP;

    /** The name in lower case, as bundles have it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The mode with this name in lower case, {@code stretch} or {@code center-crop}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ResizeMode named(String name) {
        return valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT));
    }
}
