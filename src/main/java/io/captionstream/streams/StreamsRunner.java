package io.captionstream.streams;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs one topology from preconditions to orderly close. States and their transitions: {@link StreamsState}.
 *
 * <p>A stream thread that dies of something transient is replaced; it died before its commit, so its records are
 * processed again. After {@value #MAX_REPLACEMENTS} replacements within {@link #REPLACEMENT_WINDOW}, or when a precondition
 * has ceased to hold, the runner fails: a process that cannot work should say so to whoever can restart or fix it. While
 * threads die in a row, or none is alive, {@link #problem} says why, whatever the state is.
 */
public final class StreamsRunner implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StreamsRunner.class);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
    private static final int MAX_REPLACEMENTS = 20;
    private static final Duration REPLACEMENT_WINDOW = Duration.ofMinutes(5);
    private static final List<String> INSTANCE_ID_PREFIXES =
            List.of("", StreamsConfig.CONSUMER_PREFIX, StreamsConfig.MAIN_CONSUMER_PREFIX);
    private static final String THREAD_METRICS = "stream-thread-metrics";
    private static final String POLLS = "poll-total";

    private final String name;
    private final Supplier<Topology> topology;
    private final Properties properties;
    private final List<Precondition> preconditions;
    private final Duration closeTimeout;
    private final Consumer<KafkaStreams> onCreated;
    private final Runnable onFailure;
    private final KafkaClientSupplier clients;
    private final Supplier<Optional<String>> stalled;
    private final ThreadDeaths deaths;
    private final RateGuard replacements = new RateGuard(MAX_REPLACEMENTS, REPLACEMENT_WINDOW);
    private final ThreadProgress progress = new ThreadProgress(Ticker.systemTicker());

    private final Object lock = new Object();
    private StreamsState state = StreamsState.CREATED;
    private @Nullable String waitingFor;
    private @Nullable String failure;
    private @Nullable KafkaStreams streams;
    private @Nullable Thread starter;

    /**
     * Creates a runner.
     *
     * @param name role, for logs and thread names
     * @param topology built when the preconditions hold
     * @param properties of Kafka Streams
     * @param preconditions checked in order before the start, each retried with backoff until it holds
     * @param closeTimeout how long {@link #close} waits for the stream threads
     * @param onCreated given the streams before they start, for example to bind metrics
     * @param onFailure run once when the runner fails
     */
    public StreamsRunner(
            String name,
            Supplier<Topology> topology,
            Properties properties,
            List<Precondition> preconditions,
            Duration closeTimeout,
            Consumer<KafkaStreams> onCreated,
            Runnable onFailure) {
        this(
                name,
                topology,
                properties,
                preconditions,
                closeTimeout,
                onCreated,
                onFailure,
                new StreamsConfig(properties).getKafkaClientSupplier(),
                Optional::empty);
    }

    /**
     * Creates a runner with clients of its own.
     *
     * @param clients makes the clients of the stream threads
     * @param stalled what keeps work from getting done though threads are alive, for a person to read; empty if nothing
     *     does. Asked by {@link #problem}, from any thread
     */
    public StreamsRunner(
            String name,
            Supplier<Topology> topology,
            Properties properties,
            List<Precondition> preconditions,
            Duration closeTimeout,
            Consumer<KafkaStreams> onCreated,
            Runnable onFailure,
            KafkaClientSupplier clients,
            Supplier<Optional<String>> stalled) {
        this(
                name,
                topology,
                properties,
                preconditions,
                closeTimeout,
                onCreated,
                onFailure,
                clients,
                stalled,
                Ticker.systemTicker());
    }

    StreamsRunner(
            String name,
            Supplier<Topology> topology,
            Properties properties,
            List<Precondition> preconditions,
            Duration closeTimeout,
            Consumer<KafkaStreams> onCreated,
            Runnable onFailure,
            KafkaClientSupplier clients,
            Supplier<Optional<String>> stalled,
            Ticker ticker) {
        this.name = requireNonNull(name, "name is null");
        this.topology = requireNonNull(topology, "topology is null");
        this.properties = requireNonNull(properties, "properties is null");
        this.preconditions = List.copyOf(preconditions);
        this.closeTimeout = requireNonNull(closeTimeout, "closeTimeout is null");
        this.onCreated = requireNonNull(onCreated, "onCreated is null");
        this.onFailure = requireNonNull(onFailure, "onFailure is null");
        this.clients = requireNonNull(clients, "clients is null");
        this.stalled = requireNonNull(stalled, "stalled is null");
        this.deaths = new ThreadDeaths(ticker);
    }

    /** Starts in the background. */
    public void start() {
        synchronized (lock) {
            checkState(state == StreamsState.CREATED, "%s was started already", name);
            transition(StreamsState.WAITING);
            starter = new Thread(this::startWhenPossible, "captionstream-" + name + "-start");
            starter.start();
        }
    }

    /** Makes the streams, with their clients and threads, and closes them without a start. */
    public void rehearse() {
        try (KafkaStreams rehearsed = new KafkaStreams(topology.get(), properties, clients)) {
            onCreated.accept(rehearsed);
        }
    }

    public String name() {
        return name;
    }

    public StreamsState state() {
        synchronized (lock) {
            return state;
        }
    }

    /** What the start is waiting for, or null. */
    public @Nullable String waitingFor() {
        synchronized (lock) {
            return waitingFor;
        }
    }

    /**
     * What keeps it from its work though it is not waiting for anything, for a person to read: what it failed of, what its
     * threads die of, that none is alive, or what is stalled. Empty if it works, or has nothing to work on.
     */
    public Optional<String> problem() {
        KafkaStreams current;
        synchronized (lock) {
            if (failure != null) {
                return Optional.of(failure);
            }
            current = state.isReady() ? streams : null;
        }
        if (current != null && current.metadataForLocalThreads().isEmpty()) {
            return Optional.of(deaths.last()
                    .map(reason -> "no stream thread is alive, the last died of " + reason)
                    .orElse("no stream thread is alive"));
        }
        return deaths.inARow().or(current == null ? Optional::empty : stalled);
    }

    /**
     * The stream thread that has not come round for longer than the limit, as far as can be told from the calls of this
     * method; empty if there is none. A thread that waits for a broker, catches up or has nothing to do does come round.
     */
    public Optional<String> stuckThread(Duration limit) {
        KafkaStreams current = running();
        if (current == null) {
            return Optional.empty();
        }
        Map<String, Double> polls = new HashMap<>();
        current.metrics().forEach((name, metric) -> {
            if (name.group().equals(THREAD_METRICS)
                    && name.name().equals(POLLS)
                    && metric.metricValue() instanceof Double count) {
                polls.put(name.tags().getOrDefault("thread-id", ""), count);
            }
        });
        return progress.stuck(polls, limit);
    }

    /** How many partitions of its input this instance works on now. */
    public int assignedPartitions() {
        KafkaStreams current = running();
        if (current == null) {
            return 0;
        }
        return current.metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .mapToInt(task -> task.topicPartitions().size())
                .sum();
    }

    private @Nullable KafkaStreams running() {
        synchronized (lock) {
            return state.isReady() ? streams : null;
        }
    }

    private void startWhenPossible() {
        try {
            for (Precondition precondition : preconditions) {
                await(precondition);
            }
            startStreams();
        } catch (InterruptedException e) {
            // Closed while waiting.
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.errorf(e, "%s cannot start: %s", name, e.getMessage());
            fail(e instanceof UnmetPreconditionException ? e.getMessage() : ThreadDeaths.describe(e));
        }
    }

    private void await(Precondition precondition) throws InterruptedException, UnmetPreconditionException {
        Duration backoff = FIRST_BACKOFF;
        while (true) {
            try {
                precondition.check();
                setWaitingFor(null);
                return;
            } catch (UnmetPreconditionException | InterruptedException e) {
                throw e;
            } catch (Exception e) {
                setWaitingFor(precondition.description() + ": " + e.getMessage());
                LOG.warnf("%s waits for %s: %s", name, precondition.description(), e.getMessage());
            }
            Thread.sleep(backoff.toMillis());
            backoff = backoff.multipliedBy(2).compareTo(MAX_BACKOFF) < 0 ? backoff.multipliedBy(2) : MAX_BACKOFF;
        }
    }

    private void setWaitingFor(@Nullable String reason) {
        synchronized (lock) {
            waitingFor = reason;
        }
    }

    private void startStreams() {
        synchronized (lock) {
            if (state != StreamsState.WAITING) {
                return;
            }
            transition(StreamsState.STARTING);
            streams = new KafkaStreams(topology.get(), properties, clients);
            streams.setStateListener((next, previous) -> onStreamsState(next));
            streams.setUncaughtExceptionHandler(this::onThreadDeath);
            onCreated.accept(streams);
        }
        // Outside the lock: the listener above is called by other threads.
        streams.start();
    }

    private void onStreamsState(KafkaStreams.State next) {
        switch (next) {
            case RUNNING -> tryTransition(StreamsState.RUNNING);
            case REBALANCING -> {
                // The first one is part of starting.
                if (state() == StreamsState.RUNNING) {
                    tryTransition(StreamsState.REBALANCING);
                }
            }
            case ERROR -> fail(deaths.last().orElse("Kafka Streams is in error"));
            default -> {
                // Orderly shutdown is reported by close().
            }
        }
    }

    private StreamThreadExceptionResponse onThreadDeath(Throwable e) {
        deaths.died(e);
        Optional<String> unmet = unmet();
        if (unmet.isPresent()) {
            LOG.errorf(e, "%s stops: %s", name, unmet.get());
            setFailure(unmet.get());
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        if (isHopeless(e)) {
            LOG.errorf(e, "%s stops: %s", name, e.getMessage());
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        if (!replacements.tryAcquire(System.nanoTime())) {
            LOG.errorf(e, "%s stops: its threads died %d times within %s", name, MAX_REPLACEMENTS, REPLACEMENT_WINDOW);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        LOG.warnf(e, "%s replaces a stream thread: %s", name, e.getMessage());
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** Why replacing the thread is of no use: what has ceased to hold outside. */
    private Optional<String> unmet() {
        for (Precondition precondition : preconditions) {
            try {
                precondition.recheck();
            } catch (UnmetPreconditionException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.debugf(e, "%s cannot be looked at again: %s", precondition.description(), e.getMessage());
            }
        }
        return Optional.empty();
    }

    private static boolean isHopeless(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof AuthorizationException
                    || cause instanceof InvalidConfigurationException
                    || cause instanceof VirtualMachineError) {
                return true;
            }
        }
        return false;
    }

    private void fail(String reason) {
        setFailure(reason);
        if (tryTransition(StreamsState.FAILED)) {
            onFailure.run();
        }
    }

    // The first reason is the one that the others follow from.
    private void setFailure(String reason) {
        synchronized (lock) {
            if (failure == null) {
                failure = reason;
            }
        }
    }

    private boolean tryTransition(StreamsState next) {
        synchronized (lock) {
            if (!state.canBecome(next)) {
                return false;
            }
            transition(next);
            return true;
        }
    }

    private void transition(StreamsState next) {
        checkState(state.canBecome(next), "%s cannot go from %s to %s", name, state, next);
        LOG.infof("%s: %s -> %s", name, state, next);
        state = next;
    }

    /** Finishes what is in hand, commits and leaves the group. Does nothing the second time. */
    @Override
    public void close() {
        KafkaStreams toClose;
        synchronized (lock) {
            if (!tryTransition(StreamsState.CLOSED)) {
                return;
            }
            toClose = streams;
            if (starter != null) {
                starter.interrupt();
            }
        }
        CloseOptions options =
                CloseOptions.groupMembershipOperation(membershipOnClose()).withTimeout(closeTimeout);
        if (toClose != null && !toClose.close(options)) {
            LOG.warnf("%s did not stop within %s", name, closeTimeout);
        }
    }

    /**
     * Leaving the group hands the partitions over at once, rather than when the session times out. A static member is
     * expected back under its name before that, and its partitions are kept for it.
     */
    private GroupMembershipOperation membershipOnClose() {
        return INSTANCE_ID_PREFIXES.stream()
                        .anyMatch(prefix -> properties.containsKey(prefix + ConsumerConfig.GROUP_INSTANCE_ID_CONFIG))
                ? GroupMembershipOperation.REMAIN_IN_GROUP
                : GroupMembershipOperation.LEAVE_GROUP;
    }
}
