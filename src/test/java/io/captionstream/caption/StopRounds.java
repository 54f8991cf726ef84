package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import io.captionstream.caption.StopRound.Resumption;
import io.captionstream.caption.StopRound.Situation;
import io.captionstream.embedded.EmbeddedBroker;
import io.captionstream.embedded.StoppedProcess;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;

/** Two instances of one group, one of which is stopped at a step of a commit in every round, while the other goes on. */
final class StopRounds implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final SteppedInstance.Group group;
    private final SteppedProcess first;
    private final SteppedProcess second;
    private final OutcomeLog log;
    private final GroupView view;
    private final ExecutorService loading = Executors.newSingleThreadExecutor();

    /** Makes topics for the group, and lets both processes join it. */
    StopRounds(
            EmbeddedBroker broker,
            SteppedInstance.Group group,
            int partitions,
            SteppedProcess first,
            SteppedProcess second) {
        this.group = group;
        this.first = first;
        this.second = second;
        broker.createAllTopics(partitions, group.topics());
        log = new OutcomeLog(group.bootstrapServers(), group.topics(), partitions);
        view = new GroupView(broker.admin(), group.id(), partitions);
        first.join(group);
        second.join(group);
        until("both are members", () -> view.isOf(first.name(), second.name()));
    }

    /** Plays a round, and asserts that every event so far has one outcome. Returns how the commit has ended. */
    String play(StopRound round) throws Exception {
        String ending = round.situation() == Situation.STEADY ? steady(round) : readAgain(round);
        until("both are members again", () -> view.isOf(first.name(), second.name()));
        Map<TopicPartition, Long> ends = log.ends();
        until("all events are finished", () -> view.hasFinished(ends));
        log.verify("round %s, whose commit was %s".formatted(round, ending));
        if (round.isLost()) {
            assertThat(ending).as("end of a commit after a takeover").isNotEqualTo(SteppedProcess.COMMITTED);
        }
        if (round.step() == CommitStep.AFTER_COMMIT) {
            assertThat(ending).isEqualTo(SteppedProcess.COMMITTED);
        }
        return ending;
    }

    private String readAgain(StopRound round) {
        Random random = round.random();
        SteppedProcess victim = random.nextBoolean() ? first : second;
        SteppedProcess other = victim == first ? second : first;
        victim.leave();
        until("one is alone", () -> view.isOf(other.name()));
        // So that its tenure is not one without progress.
        log.sendToAll(random);
        Map<TopicPartition, Long> ends = log.ends();
        until("the one alone works", () -> view.hasFinished(ends));
        other.hold();
        int images = 4 + random.nextInt(20);
        log.send(random, images);
        until("all %d are in flight".formatted(images), () -> other.held() == images);

        victim.hold();
        victim.join(group);
        other.leave();
        other.releaseAll();
        until("all are read again", () -> view.isOf(victim.name()) && victim.held() == images);
        victim.arm(round.step(), 1, tag(round));
        victim.release(images / 2 + random.nextInt(images / 2 + 1));
        until("it has come to the step", () -> victim.hasCome(tag(round)));
        Map<TopicPartition, Long> all = log.ends();
        try (StoppedProcess stopped = victim.stop()) {
            long since = System.nanoTime();
            if (round.resumption() != Resumption.BEFORE_SESSION_ENDS) {
                other.join(group);
            }
            awaitResumption(round, random, other, all, since);
        }
        String ending = resumed(round, victim);
        victim.releaseAll();
        if (round.resumption() == Resumption.BEFORE_SESSION_ENDS) {
            other.join(group);
        }
        return ending;
    }

    private String steady(StopRound round) throws InterruptedException, ExecutionException, TimeoutException {
        Random random = round.random();
        AtomicBoolean enough = new AtomicBoolean();
        Future<?> load = loading.submit(() -> {
            Random chance = new Random(random.nextLong());
            while (!enough.get()) {
                log.send(chance, 1 + chance.nextInt(3));
                Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(chance.nextInt(20)));
            }
        });
        try {
            int count = 1 + random.nextInt(8);
            first.arm(round.step(), count, tag(round));
            second.arm(round.step(), count, tag(round));
            SteppedProcess victim = firstAtStep(round);
            SteppedProcess other = victim == first ? second : first;
            other.go();
            try (StoppedProcess stopped = victim.stop()) {
                awaitResumption(round, random, other, log.ends(), System.nanoTime());
            }
            return resumed(round, victim);
        } finally {
            enough.set(true);
            load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private SteppedProcess firstAtStep(StopRound round) {
        SteppedProcess[] victim = new SteppedProcess[1];
        until("one has come to the step", () -> {
            if (first.hasCome(tag(round))) {
                victim[0] = first;
            } else if (second.hasCome(tag(round))) {
                victim[0] = second;
            }
            return victim[0] != null;
        });
        return victim[0];
    }

    private void awaitResumption(
            StopRound round, Random random, SteppedProcess other, Map<TopicPartition, Long> ends, long since) {
        if (round.resumption() == Resumption.BEFORE_SESSION_ENDS) {
            rest(Duration.ofMillis(random.nextLong(group.session().toMillis() / 2)), since);
            return;
        }
        until("the other has all partitions", () -> view.isOf(other.name()));
        if (round.resumption() == Resumption.AFTER_TRANSACTION_ENDS) {
            rest(group.transaction().plusSeconds(1), since);
            until("the other has finished all", () -> view.hasFinished(ends));
        } else if (!round.holdsOffsets()) {
            until("the other has finished all", () -> view.hasFinished(ends));
        }
    }

    // How long someone is stopped is what these rounds are about: nothing is awaited by it.
    private static void rest(Duration time, long since) {
        Uninterruptibles.sleepUninterruptibly(time.minusNanos(System.nanoTime() - since));
    }

    private static String resumed(StopRound round, SteppedProcess victim) {
        victim.go();
        return victim.ended(tag(round));
    }

    private static String tag(StopRound round) {
        return "round-" + round.number();
    }

    private static void until(String what, BooleanSupplier condition) {
        await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(25)).until(condition::getAsBoolean);
    }

    int events() {
        return log.sent();
    }

    /** Lets both leave. */
    @Override
    public void close() {
        first.leave();
        second.leave();
        loading.shutdownNow();
        log.close();
        view.close();
    }
}
