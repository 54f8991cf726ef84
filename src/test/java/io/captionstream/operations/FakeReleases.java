package io.captionstream.operations;

import io.captionstream.event.ModelRelease;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A topic of releases in memory. */
final class FakeReleases implements ReleaseRecords {
    private final List<ModelRelease> published = new ArrayList<>();

    @Override
    public Map<String, ModelRelease> read() {
        Map<String, ModelRelease> newest = new TreeMap<>();
        published.forEach(release -> newest.put(release.getModel(), release));
        return newest;
    }

    @Override
    public void publish(ModelRelease release) {
        published.add(release);
    }

    List<ModelRelease> published() {
        return published;
    }
}
