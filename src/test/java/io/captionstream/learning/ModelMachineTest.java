package io.captionstream.learning;

import static io.captionstream.learning.FakeWork.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.hash.Hashing;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.ReleasedVersion;
import io.captionstream.event.Topics;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.Trial;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.finetune.GateResult;
import io.captionstream.labels.LogRange;
import io.captionstream.release.Releases;
import io.captionstream.release.RetryDelay;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The machine as its task drives it, with work that a test decides on. */
class ModelMachineTest {
    private static final String CHALLENGER = "c".repeat(64);

    private final FakeWork work = new FakeWork();
    private final TestClock clock = new TestClock();
    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final List<TrainingReport> reports = new ArrayList<>();
    private final List<ModelRelease> releases = new ArrayList<>();
    private TrainingJobs jobs;
    private ModelState saved;
    private ModelMachine machine;

    @BeforeEach
    void open() {
        jobs = new TrainingJobs(work, 1);
        saved = ModelState.initial(clock.instant());
        machine = machine();
    }

    @AfterEach
    void close() {
        jobs.close();
    }

    @Test
    void shouldTrainAndPublishWhenThereAreEnoughNewPairs() {
        machine.onLabels(0, new LabelProgress(12, 9));
        machine.tick();
        assertThat(saved.phase()).isEqualTo(TrainingPhase.IDLE);

        machine.onLabels(1, new LabelProgress(3, 1));
        runUntil(() -> saved.phase() == TrainingPhase.PUBLISHED);

        RunPlan plan = work.plans.get(0);
        assertThat(plan.ranges()).containsExactly(range(0, 0, 12, true), range(1, 0, 3, true));
        assertThat(plan.parent()).isEqualTo(new RunPlan.Parent("1", FakeWork.INITIAL));
        assertThat(phases()).containsExactly("started", "epoch", "epoch", "evaluated", "promoted");
        assertThat(reports).allSatisfy(report -> {
            assertThat(report.getRunId()).isEqualTo(plan.runId());
            assertThat(report.getTrigger()).isEqualTo("count");
            assertThat(report.getParentVersion()).isEqualTo("1");
            assertThat(report.getInstance()).isEqualTo("here");
        });
        assertThat(releases).singleElement().satisfies(release -> {
            assertThat(release.getDigest()).isEqualTo(FakeWork.digest(plan));
            assertThat(release.getVersion()).isEqualTo(plan.version());
            assertThat(release.getHistory())
                    .extracting(ReleasedVersion::getVersion)
                    .containsExactly("1");
            assertThat(release.getLineage().getRanges()).hasSize(2);
        });
    }

    @Test
    void shouldWaitUntilItsReleaseComesBackBeforeItTrainsAgain() {
        promoteOnce();
        machine.onLabels(0, new LabelProgress(100, 100));
        for (int i = 0; i < 10; i++) {
            machine.tick();
        }
        assertThat(work.plans).hasSize(1);

        comeBack();
        assertThat(saved.phase()).isEqualTo(TrainingPhase.IDLE);
        runUntil(() -> work.plans.size() == 2);

        assertThat(work.plans.get(1).ranges()).containsExactly(range(0, 0, 10, false), range(0, 10, 100, true));
        assertThat(work.plans.get(1).parent().digest()).isEqualTo(FakeWork.digest(work.plans.get(0)));
    }

    @Test
    void shouldNotTrainAgainOnTheLabelsOfARejectedChallengerAlone() {
        work.verdict = new GateResult(false, "worse", Map.of());
        machine.onLabels(0, new LabelProgress(10, 10));
        runUntil(() -> phases().contains("rejected"));
        assertThat(saved.phase()).isEqualTo(TrainingPhase.IDLE);
        assertThat(releases).isEmpty();
        await().until(() -> work.collections.get() > 0);

        clock.advance(Duration.ofHours(1));
        machine.tick();
        assertThat(mailbox).isEmpty();
        machine.onLabels(0, new LabelProgress(20, 20));
        runUntil(() -> work.plans.size() == 2);

        // To the champion all of them are new.
        assertThat(work.plans.get(1).ranges()).containsExactly(range(0, 0, 20, true));
    }

    @Test
    void shouldKeepAwayFromALabelThatIsNotNew() {
        machine.onLabels(0, new LabelProgress(1_000_000, 1));
        machine.tick();

        assertThat(mailbox).isEmpty();
        assertThat(saved.freshPairs()).isEqualTo(1);
    }

    @Test
    void shouldTrainOnCommandWhateverTheTriggers() {
        machine.onLabels(0, new LabelProgress(3, 3));
        machine.onCommand(command("train"));
        clock.advance(Duration.ofSeconds(1));
        runUntil(() -> phases().contains("promoted"));

        assertThat(work.plans.get(0).trigger()).isEqualTo("command");
    }

    @Test
    void shouldSayThatThereIsNothingNewToLearn() {
        promoteOnce();
        comeBack();
        reports.clear();

        machine.onCommand(command("train"));
        clock.advance(Duration.ofSeconds(1));
        runUntil(() -> !reports.isEmpty());

        assertThat(phases()).containsExactly("stopped");
        assertThat(reports.get(0).getError()).contains("has learned from all labels");
        machine.tick();
        assertThat(mailbox).isEmpty();
    }

    @Test
    void shouldReportWhatItDoesNotKnow() {
        machine.onCommand(command("dance"));

        assertThat(reports.get(0).getPhase()).isEqualTo("failed");
        assertThat(reports.get(0).getError()).contains("dance");
    }

    @Test
    void shouldGiveUpARunWhenAsked() {
        work.training = FakeWork::untilStopped;
        machine.onLabels(0, new LabelProgress(10, 10));
        runUntil(() -> phases().contains("epoch"));

        machine.onCommand(command("cancel"));

        assertThat(phases()).containsExactly("started", "epoch", "stopped");
        assertThat(saved.phase()).isEqualTo(TrainingPhase.IDLE);
        await().until(() -> work.forgotten.size() == 1);
        machine.tick();
        assertThat(mailbox).isEmpty();
    }

    @Test
    void shouldPauseEverLongerAfterFailures() {
        work.training = (plan, listener, stop) -> {
            throw new IOException("no disk");
        };
        machine.onLabels(0, new LabelProgress(10, 10));
        runUntil(() -> phases().contains("failed"));
        assertThat(reports.get(1).getError()).contains("no disk");

        clock.advance(Duration.ofSeconds(59));
        machine.tick();
        assertThat(mailbox).isEmpty();
        clock.advance(Duration.ofSeconds(2));
        runUntil(() -> work.plans.size() == 2 && saved.phase() == TrainingPhase.IDLE);
        clock.advance(Duration.ofSeconds(119));
        machine.tick();
        assertThat(mailbox).isEmpty();
        work.training = FakeWork::twoEpochs;
        clock.advance(Duration.ofSeconds(2));
        runUntil(() -> phases().contains("promoted"));

        assertThat(saved.pace().failures()).isZero();
    }

    @Test
    void shouldNotTryAgainWhereNothingCanBeLearned() {
        work.training = (plan, listener, stop) -> {
            throw new NothingToLearnException(Map.of("image-unavailable", 10));
        };
        machine.onLabels(0, new LabelProgress(10, 10));
        runUntil(() -> phases().contains("failed"));

        assertThat(reports.get(1).getLabels()).containsEntry("image-unavailable", 10);
        clock.advance(Duration.ofDays(1));
        machine.tick();
        assertThat(mailbox).isEmpty();
    }

    @Test
    void shouldGoOnAfterACrashWithoutReportingTwice() {
        work.training = FakeWork::untilStopped;
        machine.onLabels(0, new LabelProgress(10, 10));
        runUntil(() -> phases().contains("epoch"));
        machine.close();
        work.training = (plan, listener, stop) -> {
            // A run that goes on tells of its epochs so far.
            listener.onHistory(FakeWork.history(1));
            listener.onHistory(FakeWork.history(3));
            return true;
        };

        machine = machine();
        machine.resume();
        runUntil(() -> phases().contains("promoted"));

        assertThat(work.plans.get(1)).isEqualTo(work.plans.get(0));
        assertThat(phases()).containsExactly("started", "epoch", "epoch", "epoch", "evaluated", "promoted");
        assertThat(reports.stream().filter(report -> report.getEpoch() != null).map(TrainingReport::getEpoch))
                .containsExactly(1, 2, 3);
    }

    @Test
    void shouldSayNothingForARunThatIsNoLongerItsOwn() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        work.training = (plan, listener, stop) -> {
            begun.countDown();
            goOn.await();
            listener.onHistory(FakeWork.history(1));
            return true;
        };
        machine.onLabels(0, new LabelProgress(10, 10));
        runUntil(() -> begun.getCount() == 0);

        machine.close();
        goOn.countDown();
        jobs.close();
        drain();

        assertThat(phases()).containsExactly("started");
    }

    @Test
    void shouldNotPromoteOverAVersionThatCameMeanwhile() {
        work.training = (plan, listener, stop) -> {
            work.released.put(MODEL, FakeWork.release(MODEL, "by hand", "d".repeat(64)));
            return true;
        };
        machine.onLabels(0, new LabelProgress(10, 10));
        runUntil(() -> phases().contains("rejected"));

        assertThat(releases).isEmpty();
        assertThat(reports.get(reports.size() - 1).getVerdict().getReason()).contains("by hand");
        // The labels are as fresh as before: it trains again, from the other version.
        work.training = FakeWork::twoEpochs;
        runUntil(() -> phases().contains("promoted"));
        assertThat(work.plans.get(1).parent().version()).isEqualTo("by hand");
    }

    @Test
    void shouldPlanAnewIfTheChampionChangedBeforeTheRunBegan() {
        work.training = FakeWork::untilStopped;
        machine.onLabels(0, new LabelProgress(10, 10));
        runUntil(() -> phases().contains("epoch"));
        machine.close();
        work.released.put(MODEL, FakeWork.release(MODEL, "by hand", "d".repeat(64)));
        work.training = FakeWork::twoEpochs;

        machine = machine();
        machine.resume();
        runUntil(() -> phases().contains("promoted"));

        assertThat(phases()).contains("stopped");
        assertThat(releases.get(0).getParentVersion()).isEqualTo("by hand");
    }

    @Test
    void shouldPromoteTheVersionOnTrialThatNewLabelsSpeakFor() {
        machine.onLabels(0, new LabelProgress(8, 8));
        startTrial();
        machine.onLabels(0, new LabelProgress(12, 12));
        machine.tick();
        assertThat(mailbox).isEmpty();

        machine.onLabels(0, new LabelProgress(13, 13));
        runUntil(() -> saved.phase() == TrainingPhase.PUBLISHED);

        assertThat(work.judged).containsExactly(List.of(range(0, 8, 13, true)));
        assertThat(phases()).containsExactly("trial-promoted");
        assertThat(releases.get(0).getDigest()).isEqualTo(CHALLENGER);
        assertThat(releases.get(0).getTrial()).isNull();
        assertThat(releases.get(0).getHistory())
                .extracting(ReleasedVersion::getDigest)
                .containsExactly(FakeWork.INITIAL);
        assertThat(work.plans).isEmpty();
    }

    @Test
    void shouldWaitForMoreLabelsAndEndTheTrialAtLast() {
        work.verdict = new GateResult(false, "not surely better", Map.of());
        startTrial();
        machine.onLabels(0, new LabelProgress(5, 5));
        runUntil(() -> work.judged.size() == 1 && saved.phase() == TrainingPhase.IDLE);
        assertThat(reports).isEmpty();
        machine.tick();
        assertThat(mailbox).isEmpty();

        machine.onLabels(0, new LabelProgress(20, 20));
        runUntil(() -> saved.phase() == TrainingPhase.PUBLISHED);

        assertThat(phases()).containsExactly("trial-ended");
        assertThat(releases.get(0).getDigest()).isEqualTo(FakeWork.INITIAL);
        assertThat(releases.get(0).getTrial()).isNull();
    }

    @Test
    void shouldEndATrialThatIsSurelyWorse() {
        work.verdict = new GateResult(false, "worse", Map.of("fresh.confidence", 0.01));
        startTrial();
        machine.onLabels(0, new LabelProgress(5, 5));
        runUntil(() -> phases().contains("trial-ended"));

        assertThat(releases.get(0).getTrial()).isNull();
    }

    @Test
    void shouldEndATrialThatTakesTooLong() {
        work.verdict = new GateResult(false, "too few", Map.of());
        startTrial();
        clock.advance(Duration.ofDays(2));
        runUntil(() -> phases().contains("trial-ended"));

        assertThat(releases.get(0).getTrial()).isNull();
    }

    @Test
    void shouldLeaveATrialAloneThatIsNotAutomatic() {
        ModelRelease release = trial(false);
        machine.onRelease(release, "x");
        machine.onLabels(0, new LabelProgress(5, 5));
        machine.tick();

        assertThat(saved.trial()).isNull();
        assertThat(mailbox).isEmpty();
    }

    private ModelMachine machine() {
        LearningConfig config = new LearningConfig(
                Topics.defaults(),
                1,
                Map.of(MODEL, Trigger.every(10)),
                FineTuneConfig.defaults(),
                new TrialRules(5, 20, Duration.ofDays(1)),
                new RetryDelay(Duration.ofMinutes(1), Duration.ofHours(1)),
                Duration.ofMillis(100),
                Duration.ofDays(100),
                "here");
        return new ModelMachine(
                MODEL,
                saved,
                config,
                jobs,
                mailbox::add,
                new ModelMachine.Outputs() {
                    @Override
                    public void report(TrainingReport report) {
                        reports.add(report);
                    }

                    @Override
                    public String release(ModelRelease release) {
                        releases.add(release);
                        return digest(release);
                    }

                    @Override
                    public void save(ModelState state) {
                        saved = throughTheStore(state);
                    }
                },
                clock,
                LearningListener.NONE);
    }

    private static ModelState throughTheStore(ModelState state) {
        try (Serde<ModelState> serde = ModelState.serde()) {
            ModelState back =
                    serde.deserializer().deserialize("", serde.serializer().serialize("", state));
            assertThat(back).isEqualTo(state);
            return back;
        }
    }

    private static String digest(ModelRelease release) {
        return Hashing.sha256().hashUnencodedChars(release.toString()).toString();
    }

    private void promoteOnce() {
        machine.onLabels(0, new LabelProgress(10, 10));
        runUntil(() -> saved.phase() == TrainingPhase.PUBLISHED);
    }

    private void comeBack() {
        ModelRelease release = releases.get(releases.size() - 1);
        work.released.put(MODEL, release);
        machine.onRelease(release, digest(release));
    }

    private ModelRelease trial(boolean automatic) {
        ModelRelease release = Releases.startTrial(
                FakeWork.release(MODEL, "1", FakeWork.INITIAL),
                Trial.newBuilder()
                        .setVersion("2")
                        .setBundleUri("file:///store/x")
                        .setDigest(CHALLENGER)
                        .setMode(Releases.SHADOW)
                        .setPercentage(100)
                        .setAutomatic(automatic)
                        .setStartedAt(Instant.ofEpochMilli(clock.millis()))
                        .build(),
                "try it");
        work.released.put(MODEL, release);
        return release;
    }

    private void startTrial() {
        machine.onRelease(trial(true), "trial");
    }

    private static TrainingCommand command(String action) {
        return TrainingCommand.newBuilder()
                .setModel(MODEL)
                .setAction(action)
                .setRequestedAt(Instant.EPOCH)
                .build();
    }

    private static LogRange range(int partition, long from, long to, boolean fresh) {
        return new LogRange("labeled-pairs", partition, from, to, fresh);
    }

    private List<String> phases() {
        return reports.stream().map(TrainingReport::getPhase).toList();
    }

    private void runUntil(BooleanSupplier condition) {
        await().pollInterval(Duration.ofMillis(5)).until(() -> {
            drain();
            if (!condition.getAsBoolean()) {
                machine.tick();
            }
            return condition.getAsBoolean();
        });
    }

    private void drain() {
        for (Runnable message = mailbox.poll(); message != null; message = mailbox.poll()) {
            message.run();
        }
    }
}
