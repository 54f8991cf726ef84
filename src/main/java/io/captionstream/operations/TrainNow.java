package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import io.captionstream.connection.Connection;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.Topics;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.UndecodableEventException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Asks the trainers for a run, and follows their reports of it. */
public final class TrainNow {
    private static final Logger LOG = Logger.getLogger(TrainNow.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final String TRAIN = "train";
    private static final String STARTED = "started";
    private static final String NO_RUN = "none";
    private static final Set<String> LAST = Set.of("promoted", "rejected", "failed", "stopped");

    private final Connection connection;
    private final ConfluentEventCodec codec;
    private final Topics topics;
    private final boolean register;
    private final Clock clock;

    /**
     * @param connection stays the caller's to close
     * @param register whether to register the schema of the command before it is written
     */
    TrainNow(Connection connection, Topics topics, boolean register, Clock clock) {
        this.connection = requireNonNull(connection, "connection is null");
        this.codec = connection.codec();
        this.topics = requireNonNull(topics, "topics is null");
        this.register = register;
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * A request that was made.
     *
     * @param reports where the topic of reports ended just before it
     */
    public record Ticket(String model, Map<TopicPartition, Long> reports) {}

    /**
     * Asks for a run on what the version in service has not learned yet.
     *
     * @param requestedBy who asks; null if unknown
     * @throws IOException if a topic is missing, or broker or registry do not answer
     */
    public Ticket request(String model, @Nullable String requestedBy) throws IOException {
        connection.requireTopics(List.of(topics.trainingCommands(), topics.trainingReports()));
        if (register) {
            connection.register(Map.of(topics.trainingCommands(), TrainingCommand.getClassSchema()));
        }
        Ticket ticket = new Ticket(model, ends());
        TrainingCommand command = TrainingCommand.newBuilder()
                .setModel(model)
                .setAction(TRAIN)
                .setRequestedBy(requestedBy)
                .setRequestedAt(clock.instant())
                .build();
        try (Producer<byte[], byte[]> producer = connection.writer()) {
            producer.send(new ProducerRecord<>(
                            topics.trainingCommands(),
                            model.getBytes(StandardCharsets.UTF_8),
                            codec.encode(topics.trainingCommands(), command)))
                    .get(Connection.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException | RegistryUnavailableException e) {
            throw new IOException("Cannot write to %s: %s".formatted(topics.trainingCommands(), e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while writing to " + topics.trainingCommands(), e);
        }
        return ticket;
    }

    private Map<TopicPartition, Long> ends() throws IOException {
        try (Consumer<byte[], byte[]> consumer = connection.reader()) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topics.trainingReports(), Connection.PATIENCE).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            return Map.copyOf(consumer.endOffsets(partitions, Connection.PATIENCE));
        } catch (KafkaException e) {
            throw new IOException("Cannot read %s: %s".formatted(topics.trainingReports(), e.getMessage()), e);
        }
    }

    /**
     * Follows the first run that begins after a request, for as long as it takes.
     *
     * @param sink told every report of it
     * @return the last report: {@code promoted}, {@code rejected}, {@code failed} or {@code stopped}; empty if it was
     *     stopped to follow
     * @throws IOException if broker or registry do not answer
     */
    public Optional<TrainingReport> follow(
            Ticket ticket, java.util.function.Consumer<TrainingReport> sink, BooleanSupplier stop) throws IOException {
        String runId = null;
        try (Consumer<byte[], byte[]> consumer = connection.reader()) {
            consumer.assign(ticket.reports().keySet());
            ticket.reports().forEach(consumer::seek);
            while (!stop.getAsBoolean()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    Optional<TrainingReport> read =
                            report(record).filter(report -> report.getModel().equals(ticket.model()));
                    if (read.isEmpty()) {
                        continue;
                    }
                    TrainingReport report = read.get();
                    if (runId == null
                            && (report.getPhase().equals(STARTED)
                                    || report.getRunId().equals(NO_RUN))) {
                        runId = report.getRunId();
                    }
                    if (report.getRunId().equals(runId)) {
                        sink.accept(report);
                        if (LAST.contains(report.getPhase())) {
                            return read;
                        }
                    }
                }
            }
            return Optional.empty();
        } catch (KafkaException | RegistryUnavailableException e) {
            throw new IOException("Cannot read %s: %s".formatted(topics.trainingReports(), e.getMessage()), e);
        }
    }

    private Optional<TrainingReport> report(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(codec.decode(record.topic(), record.value(), TrainingReport.class));
        } catch (UndecodableEventException e) {
            LOG.warnf(
                    "Skipping what is no report at %s-%d@%d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
            return Optional.empty();
        }
    }
}
