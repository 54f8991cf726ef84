package io.captionstream.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** A folder is not a bundle that can be served. The message says what is wrong and in which file. */
public final class BundleException extends Exception {
    /** What is wrong. */
    public enum Code {
        /** The folder or one of its files is not there or cannot be read. */
        MISSING_FILE,
        /** {@code bundle.json} is not JSON, lacks a field, has one too many or a value that cannot be. */
        MALFORMED_MANIFEST,
        /** {@code bundle.json} is of a format this version does not know. */
        UNKNOWN_FORMAT,
        /** A file is not the one the manifest was written for. */
        WRONG_DIGEST,
        /** {@code vocabulary.txt} is not a vocabulary. */
        MALFORMED_VOCABULARY,
        /** Vocabulary, manifest and graph do not have the same number of tokens. */
        VOCABULARY_MISMATCH,
        /** {@code saved_model.pb} is not a graph that can be served. */
        MALFORMED_GRAPH,
        /** The graph does not take and give what the manifest says. */
        SIGNATURE_MISMATCH
    }

    private final Code code;

    public BundleException(Code code, String message) {
        this(code, message, null);
    }

    public BundleException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = requireNonNull(code, "code is null");
    }

    public Code code() {
        return code;
    }
}
