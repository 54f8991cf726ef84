package io.captionstream.service.api;

import io.captionstream.model.ModelBundle;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.OperationException.Kind;
import io.captionstream.replay.ImageReplay;
import io.captionstream.replay.ReplayPlan;
import io.captionstream.replay.ReplayRequest;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The replays of this process, one at a time. What it stops or crashes in, another or the command goes on with. */
@ApplicationScoped
class ReplayJobs {
    private final OperationsAccess access;
    private final Map<String, ReplayJob> jobs = new TreeMap<>();

    ReplayJobs(OperationsAccess access) {
        this.access = access;
    }

    /** @throws OperationException if one goes on here already, or the version is not to be had */
    synchronized ReplayStatus start(ReplayRequest request) throws IOException, OperationException {
        for (ReplayJob job : jobs.values()) {
            if (job.isRunning()) {
                throw new OperationException(
                        Kind.CONFLICT,
                        "The replay %s goes on; stop it first"
                                .formatted(job.status().name()));
            }
        }
        ImageReplay replay = access.imageReplay();
        Optional<ReplayPlan> begun = replay.begun(request.name());
        begun.ifPresent(request::requireSame);
        ModelBundle bundle = access.get()
                .models()
                .open(request.model(), begun.map(ReplayPlan::digest).orElse(request.version()));
        ReplayPlan plan = begun.isPresent() ? begun.get() : replay.plan(request, bundle);
        ReplayJob job = new ReplayJob(replay, plan, bundle);
        jobs.put(request.name(), job);
        job.start();
        return job.status();
    }

    synchronized List<ReplayStatus> list() {
        return jobs.values().stream().map(ReplayJob::status).toList();
    }

    ReplayStatus status(String name) throws OperationException {
        return require(name).status();
    }

    /** Stops a replay, to be gone on with or not. */
    ReplayStatus stop(String name) throws OperationException {
        ReplayJob job = require(name);
        job.stop();
        return job.status();
    }

    private synchronized ReplayJob require(String name) throws OperationException {
        ReplayJob job = jobs.get(name);
        if (job == null) {
            throw new OperationException(
                    Kind.NOT_FOUND,
                    "No replay %s was begun in this process; there are %s".formatted(name, jobs.keySet()));
        }
        return job;
    }

    void onStop(@Observes ShutdownEvent event) {
        List<ReplayJob> all;
        synchronized (this) {
            all = List.copyOf(jobs.values());
        }
        all.forEach(ReplayJob::stop);
    }
}
