package io.captionstream.learning;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.Striped;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.captionstream.event.ModelRelease;
import io.captionstream.finetune.GateResult;
import io.captionstream.labels.LogRange;
import io.captionstream.training.TrainingHistory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Does the work of all tasks of a process: so many runs at a time, questions at once. Answers go to the mailbox of who
 * asked, none after the job was stopped. A run that moves from one task of the process to another begins there when the
 * first has let go of its folder.
 */
public final class TrainingJobs implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TrainingJobs.class);
    private static final long CLOSE_SECONDS = 30;

    private final TrainingWork work;
    private final ExecutorService runs;
    private final ExecutorService questions;
    private final Striped<Lock> models = Striped.lazyWeakLock(64);
    private final Set<Job> jobs = ConcurrentHashMap.newKeySet();

    /** @param runsAtATime of all models together */
    TrainingJobs(TrainingWork work, int runsAtATime) {
        checkArgument(runsAtATime > 0, "runsAtATime must be positive: %s", runsAtATime);
        this.work = requireNonNull(work, "work is null");
        this.runs = threads("training-run-%d", runsAtATime);
        this.questions = threads("training-question-%d", 2);
    }

    /** Does real work. */
    public static TrainingJobs of(ReleasedWork work, int runsAtATime) {
        return new TrainingJobs(work, runsAtATime);
    }

    private static ExecutorService threads(String name, int count) {
        return Executors.newFixedThreadPool(
                count,
                new ThreadFactoryBuilder().setNameFormat(name).setDaemon(true).build());
    }

    /** Something under way. */
    static final class Job {
        private final Executor mailbox;
        private volatile boolean stopped;

        private Job(Executor mailbox) {
            this.mailbox = mailbox;
        }

        /** Asks it to end soon, and to say nothing any more. */
        void stop() {
            stopped = true;
        }

        boolean isStopped() {
            return stopped;
        }

        private void tell(Runnable message) {
            if (!stopped) {
                mailbox.execute(() -> {
                    if (!stopped) {
                        message.run();
                    }
                });
            }
        }
    }

    /** Told what is released. */
    interface Question {
        void answered(ModelRelease newest);

        void failed(Throwable cause);
    }

    /** Told how a run goes. */
    interface RunSink {
        /** The epochs so far; some may have been told before. */
        void epochs(TrainingHistory history);

        /**
         * It is done.
         *
         * @param newest what is released now
         */
        void done(RunOutcome outcome, ModelRelease newest);

        /** The plan's parent was not in service when it was to begin. */
        void outdated(ModelRelease newest);

        void failed(Throwable cause);
    }

    /** Told how a trial fares. */
    interface TrialSink {
        void judged(GateResult verdict, ModelRelease newest);

        void failed(Throwable cause);
    }

    /** Asks what is released of a model. */
    Job ask(String model, Executor mailbox, Question question) {
        Job job = new Job(mailbox);
        submit(questions, job, question::failed, () -> {
            ModelRelease newest = work.newest(model);
            job.tell(() -> question.answered(newest));
        });
        return job;
    }

    /** Begins a run, or goes on with it. */
    Job train(RunPlan plan, Executor mailbox, RunSink sink) {
        Job job = new Job(mailbox);
        submit(runs, job, sink::failed, () -> exclusively(plan.model(), () -> train(plan, job, sink)));
        return job;
    }

    private void train(RunPlan plan, Job job, RunSink sink) throws Exception {
        if (job.isStopped()) {
            return;
        }
        ModelRelease before = work.newest(plan.model());
        RunPlan.Parent parent = requireNonNull(plan.parent());
        if (!before.getDigest().equals(parent.digest())) {
            job.tell(() -> sink.outdated(before));
            return;
        }
        RunListener listener = new RunListener() {
            @Override
            public void onHistory(TrainingHistory history) {
                job.tell(() -> sink.epochs(history));
            }
        };
        Optional<RunOutcome> outcome = work.train(plan, listener, job::isStopped);
        if (outcome.isPresent()) {
            // Whatever was released while it trained: the next release follows that one.
            ModelRelease newest = work.newest(plan.model());
            job.tell(() -> sink.done(outcome.get(), newest));
        }
    }

    /** Judges a version on trial. */
    Job judge(
            String model, String champion, String challenger, List<LogRange> unseen, Executor mailbox, TrialSink sink) {
        Job job = new Job(mailbox);
        submit(
                runs,
                job,
                sink::failed,
                () -> exclusively(model, () -> {
                    Optional<GateResult> verdict = job.isStopped()
                            ? Optional.empty()
                            : work.judge(model, champion, challenger, unseen, job::isStopped);
                    if (verdict.isPresent()) {
                        ModelRelease newest = work.newest(model);
                        job.tell(() -> sink.judged(verdict.get(), newest));
                    }
                }));
        return job;
    }

    /** Deletes what a run left, sometime. */
    void forget(RunPlan plan) {
        // Behind the runs: it waits for one that may go on in the folder.
        quietly(
                runs,
                "what run %s left".formatted(plan.runId()),
                () -> exclusively(plan.model(), () -> work.forget(plan)));
    }

    /** Deletes bundles of a model that nothing refers to, sometime. */
    void collectGarbage(String model) {
        quietly(questions, "old bundles of " + model, () -> {
            int deleted = work.collectGarbage(model);
            if (deleted > 0) {
                LOG.infof("Deleted %d old bundles of %s", deleted, model);
            }
        });
    }

    private void quietly(ExecutorService threads, String what, Step step) {
        Job job = new Job(Runnable::run);
        submit(threads, job, e -> LOG.warnf("Cannot delete %s: %s", what, e.getMessage()), step);
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    private void exclusively(String model, Step step) throws Exception {
        Lock lock = models.get(model);
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }

    private void submit(ExecutorService threads, Job job, Consumer<Throwable> failed, Step step) {
        jobs.add(job);
        try {
            threads.execute(() -> {
                try {
                    step.run();
                } catch (Throwable e) {
                    // Whatever it is, the model must not wait for an answer for ever.
                    job.tell(() -> failed.accept(e));
                } finally {
                    jobs.remove(job);
                }
            });
        } catch (RejectedExecutionException e) {
            // Closed: the tasks close, too.
            jobs.remove(job);
        }
    }

    /** Stops what is under way and waits until runs have written their checkpoints. */
    @Override
    public void close() {
        jobs.forEach(Job::stop);
        questions.shutdownNow();
        runs.shutdown();
        try {
            if (!runs.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warnf("A run did not stop within %d s; it will go on from an earlier checkpoint", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
