package io.captionstream.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.event.ModelRelease;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.labels.LogRange;
import io.captionstream.learning.TrainingJobs.Job;
import io.captionstream.training.TrainingHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TrainingJobsTest {
    private final FakeWork work = new FakeWork();
    private final Queue<String> said = new ConcurrentLinkedQueue<>();

    @Test
    void shouldRunOneAtATime() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        work.training = (plan, listener, stop) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.sleep(10);
            running.decrementAndGet();
            return true;
        };
        try (TrainingJobs jobs = new TrainingJobs(work, 1)) {
            for (int i = 0; i < 5; i++) {
                jobs.train(plan("model" + i, "run"), Runnable::run, sink("model" + i));
            }
            await().until(() -> said.size() == 5);
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void shouldAnswerQuestionsWhileRunsGoOn() {
        work.training = FakeWork::untilStopped;
        try (TrainingJobs jobs = new TrainingJobs(work, 1)) {
            jobs.train(plan("a", "run"), Runnable::run, sink("a"));
            jobs.ask("b", Runnable::run, new TrainingJobs.Question() {
                @Override
                public void answered(ModelRelease newest) {
                    said.add("answered");
                }

                @Override
                public void failed(Throwable cause) {
                    said.add("failed");
                }
            });
            await().until(() -> said.contains("answered"));
        }
    }

    @Test
    void shouldSayNothingAfterItWasStopped() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        work.training = (plan, listener, stop) -> {
            begun.countDown();
            goOn.await();
            listener.onHistory(FakeWork.history(1));
            return true;
        };
        try (TrainingJobs jobs = new TrainingJobs(work, 1)) {
            Job job = jobs.train(plan("a", "run"), Runnable::run, sink("a"));
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            job.stop();
            goOn.countDown();
        }
        assertThat(said).isEmpty();
    }

    @Test
    void shouldStopRunsWhenItIsClosed() {
        work.training = FakeWork::untilStopped;
        TrainingJobs jobs = new TrainingJobs(work, 2);
        jobs.train(plan("a", "run"), Runnable::run, sink("a"));
        await().until(() -> work.plans.size() == 1);

        long start = System.nanoTime();
        jobs.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void shouldSurviveAnyFailure() {
        work.training = (plan, listener, stop) -> {
            throw new StackOverflowError("deep");
        };
        try (TrainingJobs jobs = new TrainingJobs(work, 1)) {
            jobs.train(plan("a", "run"), Runnable::run, sink("a"));
            await().until(() -> said.contains("a failed java.lang.StackOverflowError: deep"));
            work.training = FakeWork::twoEpochs;
            jobs.train(plan("a", "run"), Runnable::run, sink("a"));
            await().until(() -> said.contains("a done"));
        }
    }

    @Test
    void shouldNeverTrainAModelTwiceAtATimeHoweverItIsHandedOver() {
        Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
        AtomicInteger twice = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        work.training = (plan, listener, stop) -> {
            AtomicInteger ofModel = running.computeIfAbsent(plan.model(), model -> new AtomicInteger());
            if (ofModel.incrementAndGet() > 1) {
                twice.incrementAndGet();
            }
            for (int i = 0; i < 5 && !stop.getAsBoolean(); i++) {
                Thread.sleep(1);
            }
            ofModel.decrementAndGet();
            done.incrementAndGet();
            return !stop.getAsBoolean();
        };
        Random random = new Random(5);
        try (TrainingJobs jobs = new TrainingJobs(work, 4)) {
            Map<String, Job> current = new HashMap<>();
            List<Job> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String model = "model" + random.nextInt(3);
                Job before = current.get(model);
                if (before != null) {
                    before.stop();
                }
                Job job = jobs.train(plan(model, "run"), Runnable::run, sink(model));
                current.put(model, job);
                all.add(job);
            }
            await().until(() -> current.keySet().stream().allMatch(model -> said.contains(model + " done")));
            assertThat(all).hasSize(200);
        }
        assertThat(twice).hasValue(0);
        assertThat(done.get()).isPositive();
    }

    private TrainingJobs.RunSink sink(String name) {
        return new TrainingJobs.RunSink() {
            @Override
            public void epochs(TrainingHistory history) {
                // Of no interest here.
            }

            @Override
            public void done(RunOutcome outcome, ModelRelease newest) {
                said.add(name + " done");
            }

            @Override
            public void outdated(ModelRelease newest) {
                said.add(name + " outdated");
            }

            @Override
            public void failed(Throwable cause) {
                said.add(name + " failed " + cause);
            }
        };
    }

    private static RunPlan plan(String model, String run) {
        return new RunPlan(
                model,
                run,
                "2",
                List.of(new LogRange("labeled-pairs", 0, 0, 10, true)),
                new RunPlan.Parent("1", FakeWork.INITIAL),
                null,
                FineTuneConfig.defaults(),
                Instant.EPOCH,
                "count");
    }
}
