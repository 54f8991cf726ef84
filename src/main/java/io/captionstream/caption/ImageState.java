package io.captionstream.caption;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where an image in flight stands.
 *
 * <pre>
 * RECEIVED ──▶ LOADING ──▶ INFERRING ──▶ ENCODING ──▶ DONE ──▶ EMITTED
 *                 ▲            │
 *                 └────────────┘  the model takes other images by now
 *
 * RECEIVED, LOADING, INFERRING, ENCODING ──▶ FAILED ──▶ EMITTED
 * RECEIVED, LOADING, INFERRING, ENCODING ──▶ WAITING ──▶ RECEIVED
 *                                               └──────▶ ENCODING  where only writing had failed
 * </pre>
 *
 * From every state but {@link #EMITTED} to {@link #ABANDONED}: the task was closed. The next owner of its partition
 * reads the event again and begins with {@link #RECEIVED}.
 */
enum ImageState {
    /** Read; not started, or not decoded yet. */
    RECEIVED,
    /** Being fetched and decoded. */
    LOADING,
    /** In the batchers of its models. */
    INFERRING,
    /** Captioned by every model; the caption event is being written. */
    ENCODING,
    /** Set aside until the registry, or what else does not answer, is asked again. */
    WAITING,
    /** Has a caption event, which leaves when those before it have. */
    DONE,
    /** Has a dead letter, which leaves when those before it have. */
    FAILED,
    /** Its outcome is forwarded. */
    EMITTED,
    /** Its task is closed: whatever comes of it is ignored. */
    ABANDONED;

    boolean mayBecome(ImageState next) {
        return successors().contains(next);
    }

    private Set<ImageState> successors() {
        return switch (this) {
            case RECEIVED -> EnumSet.of(LOADING, WAITING, FAILED, ABANDONED);
            case LOADING -> EnumSet.of(INFERRING, WAITING, FAILED, ABANDONED);
            case INFERRING -> EnumSet.of(LOADING, ENCODING, WAITING, FAILED, ABANDONED);
            case ENCODING -> EnumSet.of(DONE, WAITING, FAILED, ABANDONED);
            case WAITING -> EnumSet.of(RECEIVED, ENCODING, ABANDONED);
            case DONE, FAILED -> EnumSet.of(EMITTED, ABANDONED);
            case EMITTED, ABANDONED -> EnumSet.noneOf(ImageState.class);
        };
    }
}
