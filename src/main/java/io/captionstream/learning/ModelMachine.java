package io.captionstream.learning;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.Trial;
import io.captionstream.finetune.GateResult;
import io.captionstream.learning.ModelState.Awaited;
import io.captionstream.learning.ModelState.Pace;
import io.captionstream.learning.ModelState.Run;
import io.captionstream.learning.ModelState.TrialWatch;
import io.captionstream.learning.TrainingJobs.Job;
import io.captionstream.release.Releases;
import io.captionstream.training.EpochResult;
import io.captionstream.training.TrainingHistory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One model in the hands of its owner: goes through the {@linkplain TrainingPhase phases}, on the stream thread. Before it
 * plans anything it asks the topic itself what is in service: what the task has read so far may be behind.
 */
final class ModelMachine {
    private static final Logger LOG = Logger.getLogger(ModelMachine.class);
    /** After which a release that did not come back is no longer waited for. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    /** Between questions that are not answered. */
    private static final Duration QUESTION_PAUSE = Duration.ofSeconds(5);

    /** In ticks: what labels may take from the log to here. */
    private static final int LABELS_BEFORE_COMMAND = 5;

    /** The share of resamples in which a version on trial is the better one, at which there is no hope. */
    private static final double SURELY_WORSE = 0.05;

    private static final String COMMAND = "command";
    private static final String TRIAL = "trial";

    /** Where the machine's decisions go, all in the transaction of what led to them. */
    interface Outputs {
        void report(TrainingReport report);

        /** Returns the SHA-256 of the record's value. */
        String release(ModelRelease release);

        void save(ModelState state);
    }

    private final String model;
    private final LearningConfig config;
    private final Trigger trigger;
    private final TrainingJobs jobs;
    private final Executor mailbox;
    private final Outputs outputs;
    private final Clock clock;
    private final LearningListener listener;
    private final Reports reports;
    private final RunPlanner planner;

    private ModelState state;
    private @Nullable Job job;
    private boolean asking;
    private Instant askAgainAt = Instant.EPOCH;
    private Instant collectedAt = Instant.EPOCH;
    private @Nullable String problem;

    ModelMachine(
            String model,
            ModelState state,
            LearningConfig config,
            TrainingJobs jobs,
            Executor mailbox,
            Outputs outputs,
            Clock clock,
            LearningListener listener) {
        this.model = model;
        this.state = state;
        this.config = config;
        this.trigger = requireNonNull(config.triggers().get(model), model);
        this.jobs = jobs;
        this.mailbox = mailbox;
        this.outputs = outputs;
        this.clock = clock;
        this.listener = listener;
        this.reports = new Reports(clock, config.instance());
        this.planner = new RunPlanner(config);
    }

    /** Goes on with what whoever owned the model before had begun. */
    void resume() {
        Run run = state.run();
        if (state.phase() == TrainingPhase.TRAINING && run != null) {
            RunPlan plan = run.decoded();
            LOG.infof("Run %s of %s goes on", plan.runId(), model);
            train(plan);
        } else if (state.phase() == TrainingPhase.JUDGING) {
            set(state.idle(state.pace()));
        }
        tellStatus();
    }

    void onLabels(int partition, LabelProgress progress) {
        ModelState next = state.withLabels(partition, progress);
        if (next != state) {
            set(next);
        }
    }

    void onCommand(TrainingCommand command) {
        String who = command.getRequestedBy() == null ? "somebody" : command.getRequestedBy();
        switch (command.getAction()) {
            case "train" -> {
                set(state.withPace(state.pace().withRequest(who)));
                // Labels that were sent before the command are to be part of the run.
                askAgainAt = clock.instant().plus(config.tick().multipliedBy(LABELS_BEFORE_COMMAND));
            }
            case "cancel" -> cancel(who);
            default ->
                outputs.report(reports.refused(
                        model,
                        Reports.FAILED,
                        "There is no action '%s', only train and cancel".formatted(command.getAction())));
        }
    }

    private void cancel(String who) {
        Run run = state.run();
        if (run == null) {
            set(state.withPace(state.pace().withRequest(null)));
            outputs.report(reports.refused(model, Reports.STOPPED, "There is no run to give up"));
            return;
        }
        RunPlan plan = run.decoded();
        stopJob();
        set(state.idle(state.pace().withRequest(null)));
        outputs.report(reports.stopped(plan, "Given up at the request of " + who));
        ended(run, Reports.STOPPED);
        jobs.forget(plan);
    }

    /**
     * A release came through the topic, perhaps this machine's own.
     *
     * @param value SHA-256 of the record's value
     */
    void onRelease(ModelRelease release, String value) {
        Awaited awaited = state.awaited();
        if (awaited != null && awaited.value().equals(value)) {
            set(state.idle(state.pace()));
            collectGarbage();
        }
        watchTrial(release);
    }

    private void watchTrial(ModelRelease release) {
        Trial trial = release.getTrial();
        TrialWatch watch = state.trial();
        if (trial == null || !trial.getAutomatic()) {
            if (watch != null) {
                set(state.withTrial(null));
            }
            return;
        }
        if (watch == null
                || !watch.digest().equals(trial.getDigest())
                || !watch.champion().equals(release.getDigest())
                || watch.startedAt() != trial.getStartedAt().toEpochMilli()) {
            set(state.withTrial(new TrialWatch(
                    trial.getDigest(),
                    release.getDigest(),
                    trial.getStartedAt().toEpochMilli(),
                    state.ends(),
                    state.pairs(),
                    0)));
        }
    }

    /** Looks whether it is time for something. */
    void tick() {
        Instant now = clock.instant();
        Awaited awaited = state.awaited();
        if (awaited != null && now.isAfter(Instant.ofEpochMilli(awaited.since()).plus(LONGEST_WAIT))) {
            LOG.warnf("A release of %s did not come back within %s", model, LONGEST_WAIT);
            set(state.idle(state.pace()));
        }
        if (state.phase() != TrainingPhase.IDLE || asking || now.isBefore(askAgainAt)) {
            return;
        }
        boolean isPaused = now.toEpochMilli() < state.pace().notBefore();
        if (state.pace().requestedBy() != null) {
            ask(COMMAND);
        } else if (!isPaused && state.trial() != null) {
            // Labels of the trial must stay unseen by both versions: nothing else is learned from them meanwhile.
            if (isTrialDue(state.trial(), now)) {
                ask(TRIAL);
            }
        } else if (!isPaused) {
            trigger.due(state.freshPairs(), Instant.ofEpochMilli(state.pace().since()), now)
                    .ifPresent(this::ask);
        }
        if (now.isAfter(collectedAt.plus(config.collectInterval())) && !asking) {
            collectGarbage();
        }
    }

    private void collectGarbage() {
        collectedAt = clock.instant();
        jobs.collectGarbage(model);
    }

    private void ask(String why) {
        asking = true;
        job = jobs.ask(model, mailbox, new TrainingJobs.Question() {
            @Override
            public void answered(ModelRelease newest) {
                asking = false;
                if (state.phase() != TrainingPhase.IDLE) {
                    return;
                }
                if (why.equals(TRIAL)) {
                    judge(newest);
                } else {
                    plan(newest, why);
                }
            }

            @Override
            public void failed(Throwable cause) {
                asking = false;
                LOG.warnf("It cannot be told what is released of %s: %s", model, cause.getMessage());
                problem = String.valueOf(cause.getMessage());
                askAgainAt = clock.instant().plus(QUESTION_PAUSE);
                tellStatus();
            }
        });
    }

    private void plan(ModelRelease champion, String why) {
        Pace pace = state.pace();
        // A version is named by its second: no two runs of a model in one.
        Instant now = Instant.ofEpochMilli(Math.max(clock.millis(), pace.since() + 1000));
        Pace begun = pace.begun(now.toEpochMilli(), state.pairs());
        Optional<RunPlan> planned = planner.plan(model, state, champion, why, now);
        if (planned.isEmpty()) {
            set(state.withPace(begun));
            outputs.report(reports.refused(
                    model,
                    Reports.STOPPED,
                    "Version %s has learned from all labels there are".formatted(champion.getVersion())));
            return;
        }
        RunPlan plan = planned.get();
        Run run = new Run(plan.toJson(), now.toEpochMilli(), 0, pace.since(), pace.usedPairs());
        set(state.training(run, begun));
        outputs.report(reports.started(plan));
        train(plan);
    }

    private void train(RunPlan plan) {
        job = jobs.train(plan, mailbox, new TrainingJobs.RunSink() {
            @Override
            public void epochs(TrainingHistory history) {
                reportEpochs(plan, history);
            }

            @Override
            public void done(RunOutcome outcome, ModelRelease newest) {
                decide(plan, outcome, newest);
            }

            @Override
            public void outdated(ModelRelease newest) {
                Run run = requireNonNull(state.run());
                set(state.idle(state.pace().undone(run)));
                outputs.report(reports.stopped(plan, changed(plan, newest)));
                ended(run, Reports.STOPPED);
                jobs.forget(plan);
            }

            @Override
            public void failed(Throwable cause) {
                fail(plan, cause);
            }
        });
    }

    private void reportEpochs(RunPlan plan, TrainingHistory history) {
        Run run = requireNonNull(state.run());
        for (EpochResult epoch : history.epochs()) {
            if (epoch.epoch() > run.reportedEpochs()) {
                run = run.withReportedEpochs(epoch.epoch());
                set(state.withRun(run));
                outputs.report(reports.epoch(plan, epoch));
                listener.epoch(model, epoch);
            }
        }
    }

    private void decide(RunPlan plan, RunOutcome outcome, ModelRelease newest) {
        Run run = requireNonNull(state.run());
        RunPlan.Parent parent = requireNonNull(plan.parent());
        boolean isCurrent = newest.getDigest().equals(parent.digest());
        boolean promoted = isCurrent && outcome.verdict().promoted();
        String reason = isCurrent ? outcome.verdict().reason() : changed(plan, newest);
        ModelState next = state.withSeen(outcome.stored().digest(), ends(plan));
        Pace pace = state.pace().succeeded();
        outputs.report(reports.evaluated(plan, outcome));
        if (promoted) {
            next = next.published(release(Releases.promote(newest, release(plan, outcome))), pace);
        } else {
            next = next.idle(isCurrent ? pace : pace.undone(run));
        }
        set(next);
        outputs.report(reports.decided(plan, outcome, promoted, reason));
        listener.verdict(model, outcome.verdict());
        ended(run, promoted ? Reports.PROMOTED : Reports.REJECTED);
        problem = null;
        jobs.forget(plan);
        if (!promoted) {
            collectGarbage();
        }
        tellStatus();
    }

    private static Map<Integer, Long> ends(RunPlan plan) {
        Map<Integer, Long> ends = new TreeMap<>();
        plan.ranges().forEach(range -> ends.merge(range.partition(), range.to(), Math::max));
        return ends;
    }

    private static String changed(RunPlan plan, ModelRelease newest) {
        return "It starts from version %s, but version %s is in service now"
                .formatted(requireNonNull(plan.parent()).version(), newest.getVersion());
    }

    private Awaited release(ModelRelease release) {
        return new Awaited(outputs.release(release), clock.millis());
    }

    private ModelRelease release(RunPlan plan, RunOutcome outcome) {
        return ModelRelease.newBuilder()
                .setModel(model)
                .setVersion(plan.version())
                .setBundleUri(outcome.stored().uri().toString())
                .setDigest(outcome.stored().digest())
                .setParentVersion(requireNonNull(plan.parent()).version())
                .setMetrics(outcome.metrics())
                .setLineage(plan.lineageOfRelease(outcome.holdout()))
                .setReason(outcome.verdict().reason())
                .setReleasedAt(clock.instant())
                .build();
    }

    private void fail(RunPlan plan, Throwable cause) {
        Run run = requireNonNull(state.run());
        Throwable root = Throwables.getRootCause(cause);
        LOG.warnf(cause, "Run %s of %s failed", plan.runId(), model);
        String error = "%s: %s".formatted(root.getClass().getSimpleName(), root.getMessage());
        if (cause instanceof NothingToLearnException nothing) {
            // The same labels will not do better: wait for others.
            set(state.idle(state.pace()));
            outputs.report(reports.failed(plan, String.valueOf(nothing.getMessage()), nothing.labels()));
        } else {
            set(state.idle(state.pace().undone(run)));
            outputs.report(reports.failed(plan, error, Map.of()));
            pause(cause);
        }
        ended(run, Reports.FAILED);
        jobs.forget(plan);
    }

    private void pause(Throwable cause) {
        problem = String.valueOf(cause.getMessage());
        int failures = state.pace().failures() + 1;
        Instant until = clock.instant().plus(config.retry().after(failures));
        // Who asked for a run sees that it failed, and may ask again.
        set(state.withPace(state.pace().withRequest(null).failed(failures, until.toEpochMilli())));
    }

    private void ended(Run run, String how) {
        job = null;
        listener.runEnded(model, how, Duration.between(Instant.ofEpochMilli(run.startedAt()), clock.instant()));
    }

    private boolean isTrialDue(TrialWatch watch, Instant now) {
        long pairs = state.pairs() - watch.fromPairs();
        return pairs - watch.judgedPairs() >= config.trials().minimumPairs() || isTrialOver(watch, now);
    }

    private boolean isTrialOver(TrialWatch watch, Instant now) {
        return state.pairs() - watch.fromPairs() >= config.trials().maximumPairs()
                || now.isAfter(Instant.ofEpochMilli(watch.startedAt())
                        .plus(config.trials().maximumTime()));
    }

    private void judge(ModelRelease newest) {
        TrialWatch watch = state.trial();
        if (watch == null || !isOf(newest, watch)) {
            // The topic is ahead of what has been read here; that will come.
            askAgainAt = clock.instant().plus(QUESTION_PAUSE);
            return;
        }
        boolean isLast = isTrialOver(watch, clock.instant());
        long pairs = state.pairs() - watch.fromPairs();
        set(state.judging());
        job = jobs.judge(
                model,
                watch.champion(),
                watch.digest(),
                planner.since(state, watch.from()),
                mailbox,
                new TrainingJobs.TrialSink() {
                    @Override
                    public void judged(GateResult verdict, ModelRelease now) {
                        conclude(watch.judged(pairs), verdict, now, isLast);
                    }

                    @Override
                    public void failed(Throwable cause) {
                        LOG.warnf(cause, "The version of %s on trial could not be judged", model);
                        set(state.idle(state.pace()));
                        pause(cause);
                    }
                });
    }

    private static boolean isOf(ModelRelease release, TrialWatch watch) {
        Trial trial = release.getTrial();
        return trial != null
                && trial.getDigest().equals(watch.digest())
                && release.getDigest().equals(watch.champion());
    }

    private static boolean isSurelyWorse(GateResult verdict) {
        return verdict.metrics().getOrDefault("fresh.confidence", 1.0) <= SURELY_WORSE;
    }

    private void conclude(TrialWatch watch, GateResult verdict, ModelRelease newest, boolean isLast) {
        job = null;
        Pace pace = state.pace().succeeded();
        Trial trial = newest.getTrial();
        if (trial == null || !isOf(newest, watch)) {
            set(state.idle(pace));
            return;
        }
        listener.verdict(model, verdict);
        if (!verdict.promoted() && !isLast && !isSurelyWorse(verdict)) {
            set(state.withTrial(watch).idle(pace));
            return;
        }
        String reason = verdict.promoted()
                ? verdict.reason()
                : "After %d labels: %s".formatted(watch.judgedPairs(), verdict.reason());
        ModelRelease next = verdict.promoted()
                ? Releases.promoteTrial(newest, reason, clock.instant())
                : Releases.endTrial(newest, reason);
        set(state.withTrial(null).published(release(next), pace));
        outputs.report(reports.trial(
                model,
                trial.getVersion(),
                trial.getDigest(),
                newest.getVersion(),
                verdict.promoted(),
                verdict,
                reason));
        problem = null;
        tellStatus();
    }

    private void set(ModelState next) {
        state = next;
        outputs.save(next);
        tellStatus();
    }

    private void tellStatus() {
        Run run = state.run();
        listener.status(new ModelStatus(
                model,
                state.phase().name().toLowerCase(java.util.Locale.ROOT),
                run == null ? null : run.decoded().runId(),
                run == null ? 0 : run.reportedEpochs(),
                state.freshPairs(),
                state.pace().failures(),
                problem));
    }

    private void stopJob() {
        if (job != null) {
            job.stop();
            job = null;
        }
    }

    /** Lets go of the model. A run writes a checkpoint, from which the next owner may go on. */
    void close() {
        stopJob();
        listener.released(model);
    }
}
