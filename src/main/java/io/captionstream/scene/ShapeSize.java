package io.captionstream.scene;

/** The sizes of shapes. */
public enum ShapeSize {
    SMALL("small", 34),
    LARGE("large", 52);

    private final String word;
    private final double radius;

    ShapeSize(String word, double radius) {
        this.word = word;
        this.radius = radius;
    }

    /** The adjective of the caption. */
    public String word() {
        return word;
    }

    /** Circumradius before jitter, pixels of the 256 pixel canvas. */
    double radius() {
        return radius;
    }
}
