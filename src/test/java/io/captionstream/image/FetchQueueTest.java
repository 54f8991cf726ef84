package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.ACCESS_DENIED;
import static io.captionstream.image.ImageErrorCode.CLOSED;
import static io.captionstream.image.ImageErrorCode.CONNECTION_FAILED;
import static io.captionstream.image.ImageErrorCode.FORBIDDEN_ADDRESS;
import static io.captionstream.image.ImageErrorCode.INTERNAL_ERROR;
import static io.captionstream.image.ImageErrorCode.NOT_FOUND;
import static io.captionstream.image.ImageErrorCode.SOURCE_UNAVAILABLE;
import static io.captionstream.image.ImageErrorCode.TIMEOUT;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_REQUESTS;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.inference.ManualTicker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Time passes, threads run and fetches end when the test says so. */
class FetchQueueTest {
    private static final int THREADS = 16;
    private static final SourceConfig SOURCES = new SourceConfig(
            THREADS, 4, Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofHours(1));
    private static final FetchConfig CONFIG = new FetchConfig(
            THREADS,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            1,
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            SOURCES);

    private final ManualTicker ticker = new ManualTicker();
    private final Deque<FetchQueue.Turn> running = new ArrayDeque<>();
    private final FetchQueue queue = new FetchQueue(
            CONFIG,
            () -> new ByteBudget(1024),
            turn -> running.add((FetchQueue.Turn) turn),
            ticker,
            Clock.fixed(Instant.parse("2030-01-01T00:00:00Z"), ZoneOffset.UTC));

    /** Makes one attempt, whose outcome the test has said before. */
    private static final class FakeFetch implements FetchTask {
        private final SourceKey source;
        private @Nullable ImageErrorCode outcome;
        private @Nullable ImageException failure;
        private boolean ran;
        private boolean done;

        FakeFetch(SourceKey source) {
            this.source = source;
        }

        @Override
        public SourceKey source() {
            return source;
        }

        @Override
        public void run(FetchQueue.Turn turn) {
            assertThat(ran).isFalse();
            ran = true;
            try {
                turn.begin();
                if (outcome == null) {
                    turn.answered();
                } else {
                    turn.failed(outcome, false);
                    throw ImageException.fetch(outcome, "as told");
                }
            } catch (ImageException e) {
                failure = turn.verdict(e);
            }
            done = true;
        }

        @Override
        public void refuse(ImageException reason) {
            assertThat(failure).isNull();
            failure = reason;
            done = true;
        }

        @Override
        public boolean isDone() {
            return done;
        }

        ImageException failure() {
            return requireNonNull(failure);
        }

        ImageErrorCode code() {
            return failure().code();
        }
    }

    @Test
    void shouldLetASourceAloneUseAllThreads() {
        grow("busy");
        submit("busy", 100);

        assertThat(running).hasSize(THREADS);
    }

    @Test
    void shouldKeepThreadsForASourceThatComesAnew() {
        grow("busy");
        submit("busy", 100);

        FakeFetch anew = submit("new");
        FakeFetch newer = submit("newer");

        assertThat(running)
                .hasSize(THREADS + 2)
                .extracting(FetchQueue.Turn::task)
                .contains(anew, newer);
    }

    @Test
    void shouldNeverUseMoreThreadsThanThereAre() {
        for (int i = 0; i < 100; i++) {
            submit("host-" + i, 3);
        }

        assertThat(running).hasSize(CONFIG.allThreads());
    }

    @Test
    void shouldShareThreadsAmongSourcesThatAlwaysHaveWork() {
        for (int i = 0; i < 100; i++) {
            List.of("dead", "a", "b", "c").forEach(this::submit);
        }
        // Those of the dead source never end; each thread that is free goes to whom it belongs.
        for (int i = 0; i < 200; i++) {
            FetchQueue.Turn next = running.stream()
                    .filter(turn -> !runs("dead", turn))
                    .findFirst()
                    .orElseThrow();
            running.remove(next);
            next.run();
        }

        for (String host : List.of("dead", "a", "b", "c")) {
            assertThat(running.stream().filter(turn -> runs(host, turn))).hasSizeBetween(4, 5);
        }
    }

    @Test
    void shouldCutASourceThatFailsDownToOneFetch() {
        submit("dead", 100);
        assertThat(running).hasSize(SourceLimit.INITIAL);

        for (int i = 0; i < 3; i++) {
            end(TOO_MANY_REQUESTS);
        }

        assertThat(running).hasSize(1);
        for (int i = 0; i < 20; i++) {
            end(TOO_MANY_REQUESTS);
        }
        assertThat(running).hasSize(1);
    }

    @Test
    void shouldForgetWhatIsCancelled() {
        List<FakeFetch> fetches = submit("busy", 20);
        List<FakeFetch> waiting = fetches.subList(SourceLimit.INITIAL, 20);
        waiting.forEach(queue::cancel);

        while (!running.isEmpty()) {
            end(null);
        }

        assertThat(waiting).noneMatch(fetch -> fetch.ran);
        assertThat(submit("busy").done).isFalse();
        assertThat(running).hasSize(1);
    }

    @Test
    void shouldFailImagesOfASourceAtOnceWhileItDoesNotAnswerButOthersDo() {
        breakDown("dead", "alive");

        FakeFetch refused = submit("dead");

        assertThat(refused.code()).isEqualTo(CONNECTION_FAILED);
        assertThat(refused.failure())
                .hasMessage("http://dead has not answered since 2029-12-31T23:59:59Z (CONNECTION_FAILED)"
                        + " and is asked again at 2030-01-01T00:00:04Z");
        assertThat(queue.outage()).isEmpty();
        assertThat(queue.health()).isEqualTo(new SourceHealth(2, 1, Optional.empty()));
    }

    @Test
    void shouldFailWhatWaitsForASourceThatIsGivenUp() {
        List<FakeFetch> fetches = submit("dead", 30);
        for (int i = 0; i < 3; i++) {
            end(TIMEOUT);
        }
        ticker.advance(Duration.ofMillis(1));
        submit("alive");
        FetchQueue.Turn alive = running.removeLast();
        alive.run();

        end(TIMEOUT);

        assertThat(fetches.subList(SourceLimit.INITIAL, 30)).allMatch(fetch -> fetch.code() == TIMEOUT);
    }

    @Test
    void shouldMakeNoMoreAttemptsAtASourceThatIsGivenUp() {
        grow("dead");
        List<FakeFetch> fetches = submit("dead", 20);
        FetchQueue.Turn late = running.remove();
        for (int i = 0; i < 4; i++) {
            assertThat(late.mayGoOn()).isTrue();
            end(TIMEOUT);
        }

        assertThat(late.mayGoOn()).isFalse();
        late.run();
        assertThat(fetches.get(0).code()).isEqualTo(SOURCE_UNAVAILABLE);
    }

    @Test
    void shouldAskAgainWithOneImageAndResumeWhenItIsAnswered() {
        breakDown("dead", "alive");
        ticker.advance(Duration.ofSeconds(5));

        List<FakeFetch> fetches = submit("dead", 3);

        assertThat(running).extracting(FetchQueue.Turn::task).containsExactly(fetches.get(0));
        assertThat(fetches.get(1).code()).isEqualTo(CONNECTION_FAILED);
        assertThat(fetches.get(2).failure()).hasMessageEndingWith("and is being asked again");
        end(NOT_FOUND);
        assertThat(queue.health().openBreakers()).isZero();
        submit("dead");
        assertThat(running).hasSize(1);
    }

    @Test
    void shouldPauseLongerWhenTheProbeFails() {
        breakDown("dead", "alive");
        ticker.advance(Duration.ofSeconds(5));
        submit("dead");
        end(TIMEOUT);

        ticker.advance(Duration.ofSeconds(9));
        assertThat(submit("dead").code()).isEqualTo(TIMEOUT);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(submit("dead").done).isFalse();
        assertThat(running).hasSize(1);
    }

    @Test
    void shouldTakeTheNextProbeWhenOneIsCancelledOrSaysNothing() {
        breakDown("dead", "alive");
        ticker.advance(Duration.ofSeconds(5));
        FakeFetch cancelled = submit("dead");
        cancelled.done = true;
        end(TIMEOUT);

        submit("dead");
        end(FORBIDDEN_ADDRESS);

        assertThat(submit("dead").done).isFalse();
        end(null);
        assertThat(queue.health().openBreakers()).isZero();
    }

    @Test
    void shouldTakeTheNextProbeWhenOneIsCancelledInItsQueue() {
        grow("dead");
        submit("dead", 20);
        FetchQueue.Turn stuck = running.remove();
        while (!running.isEmpty()) {
            end(TIMEOUT);
        }
        ticker.advance(Duration.ofSeconds(5));
        // As many run still as may by now.
        FakeFetch probe = submit("dead");
        assertThat(running).isEmpty();
        queue.cancel(probe);

        FakeFetch next = submit("dead");
        stuck.run();
        assertThat(running).extracting(FetchQueue.Turn::task).containsExactly(next);
        end(null);
        assertThat(queue.health().openBreakers()).isZero();
    }

    @Test
    void shouldKeepImagesWhenTheOnlySourceDoesNotAnswer() {
        List<FakeFetch> fetches = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            fetches.add(submit("only"));
            end(CONNECTION_FAILED);
        }

        // Three failures may be three bad images.
        assertThat(fetches.subList(0, 3)).extracting(FakeFetch::code).containsOnly(CONNECTION_FAILED);
        assertThat(fetches.get(3).code()).isEqualTo(SOURCE_UNAVAILABLE);
        FakeFetch refused = submit("only");
        assertThat(refused.code()).isEqualTo(SOURCE_UNAVAILABLE);
        assertThat(refused.failure())
                .hasMessageStartingWith("No image source answers: http://only has")
                .hasMessageContaining("CONNECTION_FAILED");
        assertThat(queue.outage())
                .contains("no image source answers since 2030-01-01T00:00:00Z: CONNECTION_FAILED from http://only");

        ticker.advance(Duration.ofSeconds(5));
        submit("only");
        end(null);
        assertThat(queue.outage()).isEmpty();
    }

    @Test
    void shouldKeepImagesOfABucketThatTheCredentialsAreNotGoodForButNotThoseOfAWebServer() {
        for (int i = 0; i < 20; i++) {
            assertThat(submit("web").done).isFalse();
            end(ACCESS_DENIED);
        }
        ticker.advance(Duration.ofMinutes(2));
        List<FakeFetch> fetches = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            FakeFetch fetch = new FakeFetch(SourceKey.of("s3://bucket/key"));
            fetches.add(fetch);
            queue.submit(fetch);
            end(ACCESS_DENIED);
        }

        assertThat(fetches.get(2).code()).isEqualTo(ACCESS_DENIED);
        assertThat(fetches.get(3).code()).isEqualTo(SOURCE_UNAVAILABLE);
    }

    @Test
    void shouldKeepImagesWhenTheNetworkIsDownThoughEachSourceIsAskedOnce() {
        submit("before");
        end(null);
        List<FakeFetch> fetches = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            ticker.advance(Duration.ofSeconds(1));
            fetches.add(submit("host-" + i));
            end(TIMEOUT);
        }

        assertThat(fetches.subList(0, 3)).extracting(FakeFetch::code).containsOnly(TIMEOUT);
        assertThat(fetches.subList(3, 10)).extracting(FakeFetch::code).containsOnly(SOURCE_UNAVAILABLE);
        assertThat(queue.outage()).isPresent();
        assertThat(queue.health().openBreakers()).isZero();
    }

    @Test
    void shouldNotTakeAnAnswerFromBeforeForOneOfNow() {
        submit("idle");
        end(null);
        for (int i = 0; i < 4; i++) {
            submit("dead");
            end(TIMEOUT);
        }

        assertThat(submit("dead").code()).isEqualTo(SOURCE_UNAVAILABLE);
        ticker.advance(Duration.ofSeconds(1));
        submit("idle");
        end(null);
        assertThat(submit("dead").code()).isEqualTo(TIMEOUT);
        assertThat(queue.outage()).isEmpty();
        // The other one was answered too long ago.
        for (int i = 0; i < 61; i++) {
            ticker.advance(Duration.ofSeconds(1));
            submit("dead");
            running.clear();
        }
        assertThat(queue.outage()).isPresent();
    }

    @Test
    void shouldGiveImagesUpWhenAnOutageTakesTooLong() {
        for (int i = 0; i < 4; i++) {
            submit("only");
            end(TIMEOUT);
        }
        for (int minutes = 0; minutes < 60; minutes++) {
            ticker.advance(Duration.ofMinutes(1));
            submit("only");
            end(TIMEOUT);
        }

        assertThat(submit("only").code()).isEqualTo(SOURCE_UNAVAILABLE);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(submit("only").code()).isEqualTo(TIMEOUT);
        assertThat(queue.outage()).isEmpty();
    }

    @Test
    void shouldNotCallASourceThatNobodyAsksAnyMoreAnOutage() {
        for (int i = 0; i < 4; i++) {
            submit("only");
            end(TIMEOUT);
        }
        assertThat(queue.outage()).isPresent();

        ticker.advance(Duration.ofSeconds(61));
        assertThat(queue.outage()).isEmpty();

        ticker.advance(Duration.ofSeconds(20));
        assertThat(queue.health()).isEqualTo(new SourceHealth(0, 0, Optional.empty()));
    }

    @Test
    void shouldForgetSourcesWithoutWork() {
        for (int i = 0; i < 10 * SourceTable.MAX_IDLE; i++) {
            submit("host-" + i);
            end(null);
        }

        assertThat(queue.health().sources()).isEqualTo(SourceTable.MAX_IDLE);
    }

    @Test
    void shouldRefuseWhatWaitsAndComesWhenClosed() {
        List<FakeFetch> fetches = submit("busy", 20);

        queue.close();

        assertThat(fetches.subList(SourceLimit.INITIAL, 20))
                .extracting(FakeFetch::code)
                .containsOnly(CLOSED);
        assertThat(submit("busy").code()).isEqualTo(CLOSED);
    }

    @Test
    void shouldFailWhatThereIsNoThreadFor() {
        FetchQueue cramped = new FetchQueue(
                CONFIG,
                () -> new ByteBudget(1024),
                turn -> {
                    throw new OutOfMemoryError("unable to create native thread");
                },
                ticker,
                Clock.systemUTC());
        for (int i = 0; i < 100; i++) {
            FakeFetch fetch = new FakeFetch(SourceKey.of("http://host/"));
            cramped.submit(fetch);

            assertThat(fetch.code()).isEqualTo(INTERNAL_ERROR);
        }
    }

    /** Lets a source fail until it is given up, while another is answered. */
    private void breakDown(String dead, String alive) {
        for (int i = 0; i < 4; i++) {
            submit(dead);
            end(CONNECTION_FAILED);
        }
        ticker.advance(Duration.ofSeconds(1));
        submit(alive);
        end(null);
    }

    /** Lets a source answer until its limit is as high as it gets. */
    private void grow(String host) {
        submit(host, 40);
        while (!running.isEmpty()) {
            end(null);
        }
    }

    /** Ends what runs the longest, answered if the code is null. */
    private void end(@Nullable ImageErrorCode outcome) {
        FetchQueue.Turn turn = running.remove();
        ((FakeFetch) turn.task()).outcome = outcome;
        turn.run();
    }

    private static boolean runs(String host, FetchQueue.Turn turn) {
        return turn.task().source().name().equals("http://" + host);
    }

    private FakeFetch submit(String host) {
        return submit(host, 1).get(0);
    }

    private List<FakeFetch> submit(String host, int count) {
        List<FakeFetch> fetches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FakeFetch fetch = new FakeFetch(SourceKey.of("http://" + host + "/"));
            fetches.add(fetch);
            queue.submit(fetch);
        }
        return fetches;
    }
}
