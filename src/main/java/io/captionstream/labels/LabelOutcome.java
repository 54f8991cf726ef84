package io.captionstream.labels;

import java.util.Locale;

/**
 * What became of a record of the log of labelled pairs. The codes are part of reports: they may be added to, never
 * renamed.
 */
public enum LabelOutcome {
    /** Its image and captions are in the dataset. */
    LEARNED(false),
    /** The image is in the dataset already, under another id: its captions are references of that one, too. */
    DUPLICATE_IMAGE(false),
    /** The same value as before for the same id. */
    REPEATED(false),
    /** There is a newer value for the same id. */
    SUPERSEDED(false),
    /** A null value, which takes the pair with this id out. */
    WITHDRAWN(false),
    /** The image cannot be fetched now. */
    IMAGE_UNAVAILABLE(false),
    /** The image was fetched and cannot be decoded. */
    IMAGE_UNDECODABLE(false),
    /** More than half of the words of every caption are neither known to the model nor frequent enough to be learned. */
    UNKNOWN_WORDS(false),
    /** The log no longer holds what was at this offset. */
    EXPIRED(false),
    /** The value is not in the registry's wire format, or does not fit its schema. */
    UNDECODABLE_PAIR(true),
    /** The value was written with another schema, or one that the registry does not give. */
    WRONG_SCHEMA(true),
    /** Key and id differ or are blank, or not exactly one of URI and content is set. */
    INVALID_PAIR(true),
    /** There is no caption, or none has a word in it. */
    NO_CAPTION(true),
    /** Every caption with words has too many of them. */
    CAPTION_TOO_LONG(true),
    /** More captions than any person gives an image. */
    TOO_MANY_CAPTIONS(true);

    private final boolean refusal;

    LabelOutcome(boolean refusal) {
        this.refusal = refusal;
    }

    /** Whether the record is wrong in itself: a dead letter, without effect on the pair that had its id before. */
    public boolean isRefusal() {
        return refusal;
    }

    /** For reports: lower case with hyphens. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
