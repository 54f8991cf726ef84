package io.captionstream.service;

import com.google.common.collect.ImmutableList;
import io.captionstream.model.BundleException;
import io.captionstream.model.InferenceException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;

/** Short names for why a release cannot be served, for metrics and reports. */
final class SwapFailures {
    private static final String MISSING_BUNDLE = "MISSING_BUNDLE";
    private static final String STORE_FAILED = "STORE_FAILED";
    private static final String NOT_ACCEPTABLE = "NOT_ACCEPTABLE";
    private static final String INTERNAL_ERROR = "INTERNAL_ERROR";

    private SwapFailures() {}

    /** All that {@link #reason} may say. */
    static List<String> reasons() {
        return ImmutableList.<String>builder()
                .addAll(names(BundleException.Code.values()))
                .addAll(names(InferenceException.Code.values()))
                .add(MISSING_BUNDLE, STORE_FAILED, NOT_ACCEPTABLE, INTERNAL_ERROR)
                .build();
    }

    private static List<String> names(Enum<?>[] codes) {
        return Arrays.stream(codes).map(Enum::name).toList();
    }

    static String reason(Exception failure) {
        if (failure instanceof BundleException e) {
            return e.code().name();
        }
        if (failure instanceof InferenceException e) {
            return e.code().name();
        }
        if (failure instanceof NoSuchFileException) {
            return MISSING_BUNDLE;
        }
        if (failure instanceof IOException) {
            return STORE_FAILED;
        }
        return failure instanceof IllegalArgumentException ? NOT_ACCEPTABLE : INTERNAL_ERROR;
    }
}
