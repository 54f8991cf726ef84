package io.captionstream.service.api;

import io.captionstream.image.ImageLoader;
import io.captionstream.learning.RunPlan;
import io.captionstream.operations.LabelReplay;
import io.captionstream.operations.LabelReplayRequest;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.OperationException.Kind;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The replays of labels of this process, one at a time: they share a folder, and the machine. */
@ApplicationScoped
class LabelReplayJobs {
    private final OperationsAccess access;
    private final Map<String, LabelReplayJob> jobs = new TreeMap<>();

    LabelReplayJobs(OperationsAccess access) {
        this.access = access;
    }

    /** @throws OperationException if one goes on here already, or the parent is not to be had */
    synchronized LabelReplayStatus start(LabelReplayRequest request) throws IOException, OperationException {
        for (LabelReplayJob job : jobs.values()) {
            if (job.isRunning()) {
                throw new OperationException(
                        Kind.CONFLICT,
                        "The replay %s goes on; stop it first"
                                .formatted(job.status().name()));
            }
        }
        ImageLoader images = access.images();
        LabelReplayJob job;
        try {
            LabelReplay replay = access.labelReplay(images);
            RunPlan plan = replay.begin(request, access.fineTune());
            job = new LabelReplayJob(request.name(), replay, plan, images);
        } catch (IOException | OperationException | RuntimeException e) {
            images.close();
            throw e;
        }
        jobs.put(request.name(), job);
        job.start();
        return job.status();
    }

    synchronized List<LabelReplayStatus> list() {
        return jobs.values().stream().map(LabelReplayJob::status).toList();
    }

    LabelReplayStatus status(String name) throws OperationException {
        return require(name).status();
    }

    /** Stops a replay, to be gone on with or not. */
    LabelReplayStatus stop(String name) throws OperationException {
        LabelReplayJob job = require(name);
        job.stop();
        return job.status();
    }

    private synchronized LabelReplayJob require(String name) throws OperationException {
        LabelReplayJob job = jobs.get(name);
        if (job == null) {
            throw new OperationException(
                    Kind.NOT_FOUND,
                    "No replay %s was begun in this process; there are %s".formatted(name, jobs.keySet()));
        }
        return job;
    }

    void onStop(@Observes ShutdownEvent event) {
        List<LabelReplayJob> all;
        synchronized (this) {
            all = List.copyOf(jobs.values());
        }
        all.forEach(LabelReplayJob::stop);
    }
}
