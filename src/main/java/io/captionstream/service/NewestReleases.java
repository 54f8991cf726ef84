package io.captionstream.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.captionstream.event.ModelRelease;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The newest release of each model, kept until there are models to be told, and passed on to them from then on. */
final class NewestReleases implements Consumer<ModelRelease> {
    @GuardedBy("this")
    private final Map<String, ModelRelease> newest = new HashMap<>();

    @GuardedBy("this")
    private @Nullable Consumer<ModelRelease> models;

    @Override
    public synchronized void accept(ModelRelease release) {
        newest.put(release.getModel(), release);
        if (models != null) {
            models.accept(release);
        }
    }

    /** By model name. */
    synchronized Map<String, ModelRelease> snapshot() {
        return Map.copyOf(newest);
    }

    /** Tells what there is at once, and what comes from then on. */
    synchronized void tell(Consumer<ModelRelease> listener) {
        models = listener;
        newest.values().forEach(listener);
    }
}
