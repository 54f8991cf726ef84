package io.captionstream.service;

/** What a process does. In production each role is a deployment of its own. */
public enum Role {
    /** Captions image events. */
    CAPTION,
    /** Makes new versions of the models from labelled pairs. */
    TRAIN
}
