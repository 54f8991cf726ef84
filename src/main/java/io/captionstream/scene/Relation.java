package io.captionstream.scene;

/** Where the first shape of a caption stands, seen from another one. */
public enum Relation {
    ABOVE("above"),
    BELOW("below"),
    LEFT_OF("left of"),
    RIGHT_OF("right of");

    private final String phrase;

    Relation(String phrase) {
        this.phrase = phrase;
    }

    /** The words of the caption. */
    public String phrase() {
        return phrase;
    }

    boolean isVertical() {
        return this == ABOVE || this == BELOW;
    }
}
