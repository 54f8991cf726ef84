package io.captionstream.scene;

import java.util.Locale;

/** The colours of shapes, far enough apart that a jittered one is never taken for its neighbour. */
public enum ShapeColor {
    RED(0xd62728),
    GREEN(0x2ca02c),
    BLUE(0x1f5fd0),
    YELLOW(0xf2d21b),
    PURPLE(0x8a3fb0),
    ORANGE(0xf5871f);

    private final int rgb;

    ShapeColor(int rgb) {
        this.rgb = rgb;
    }

    /** The adjective of the caption, such as {@code red}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The colour before jitter, as {@code 0xRRGGBB}. */
    int rgb() {
        return rgb;
    }
}
