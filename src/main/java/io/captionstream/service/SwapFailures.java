package io.captionstream.service;

import io.captionstream.model.BundleException;
import io.captionstream.model.InferenceException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** Short names for why a release cannot be served, for metrics and reports. */
final class SwapFailures {
    private SwapFailures() {}

    static String reason(Exception failure) {
        if (failure instanceof BundleException e) {
            return e.code().name();
        }
        if (failure instanceof InferenceException e) {
            return e.code().name();
        }
        if (failure instanceof NoSuchFileException) {
            return "MISSING_BUNDLE";
        }
        if (failure instanceof IOException) {
            return "STORE_FAILED";
        }
        return failure instanceof IllegalArgumentException ? "NOT_ACCEPTABLE" : "INTERNAL_ERROR";
    }
}
