package io.captionstream.learning;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hashing;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.UndecodableEventException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Owns the models of a partition. Work is done elsewhere and comes back through a queue, which is emptied between
 * records: so what it leads to, a report or a release, and the new state are in one transaction, and what comes back to
 * an owner that is none any more gets nowhere.
 */
final class ModelTrainer implements Processor<byte[], Signal, byte[], ModelOutput> {
    private static final Logger LOG = Logger.getLogger(ModelTrainer.class);

    private final LearningConfig config;
    private final LearningCodec codec;
    private final TrainingJobs jobs;
    private final Clock clock;
    private final LearningListener listener;

    private @Nullable Task task;

    ModelTrainer(
            LearningConfig config, LearningCodec codec, TrainingJobs jobs, Clock clock, LearningListener listener) {
        this.config = config;
        this.codec = codec;
        this.jobs = jobs;
        this.clock = clock;
        this.listener = listener;
    }

    @Override
    public void init(ProcessorContext<byte[], ModelOutput> context) {
        close();
        task = new Task(context);
        task.resume();
    }

    @Override
    public void process(Record<byte[], Signal> record) {
        requireNonNull(task, "not initialized").process(record);
    }

    @Override
    public void close() {
        if (task != null) {
            task.close();
            task = null;
        }
    }

    /** One tenure of a partition. */
    private final class Task {
        private final ProcessorContext<byte[], ModelOutput> context;
        private final KeyValueStore<String, ModelState> store;
        private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
        private final Map<String, ModelMachine> machines = new HashMap<>();
        private @Nullable Cancellable punctuation;

        Task(ProcessorContext<byte[], ModelOutput> context) {
            this.context = context;
            this.store = context.getStateStore(LearningTopology.MODELS);
        }

        void resume() {
            Map<String, ModelState> states = new HashMap<>();
            try (KeyValueIterator<String, ModelState> entries = store.all()) {
                while (entries.hasNext()) {
                    KeyValue<String, ModelState> entry = entries.next();
                    states.put(entry.key, entry.value);
                }
            }
            states.forEach((model, state) -> {
                if (config.triggers().containsKey(model)) {
                    machine(model, state).resume();
                }
            });
        }

        private ModelMachine machine(String model, ModelState state) {
            ModelMachine machine =
                    new ModelMachine(model, state, config, jobs, mailbox::add, new TaskOutputs(model), clock, listener);
            machines.put(model, machine);
            if (punctuation == null) {
                punctuation = context.schedule(config.tick(), PunctuationType.WALL_CLOCK_TIME, timestamp -> tick());
            }
            return machine;
        }

        void process(Record<byte[], Signal> record) {
            String model = new String(record.key(), StandardCharsets.UTF_8);
            Signal signal = record.value();
            if (!config.triggers().containsKey(model)) {
                refuse(model, signal);
                return;
            }
            ModelMachine machine = machines.get(model);
            if (machine == null) {
                machine = machine(model, ModelState.initial(clock.instant()));
            }
            drain();
            switch (signal.kind()) {
                case LABELS -> machine.onLabels(signal.partition(), new LabelProgress(signal.end(), signal.pairs()));
                case COMMAND -> command(machine, model, signal);
                case RELEASE -> release(machine, model, signal);
            }
        }

        private void refuse(String model, Signal signal) {
            if (signal.kind() == Signal.Kind.COMMAND) {
                report(
                        model,
                        new Reports(clock, config.instance())
                                .refused(
                                        model,
                                        Reports.FAILED,
                                        "There is no such model here, only "
                                                + config.triggers().keySet()));
            }
        }

        private void command(ModelMachine machine, String model, Signal signal) {
            TrainingCommand command;
            try {
                command = codec.command(requireNonNull(signal.value()));
            } catch (UndecodableEventException e) {
                skipped("command", config.topics().trainingCommands(), signal, e);
                report(
                        model,
                        new Reports(clock, config.instance())
                                .refused(model, Reports.FAILED, "Not a command: " + e.getMessage()));
                return;
            }
            machine.onCommand(command);
        }

        private void release(ModelMachine machine, String model, Signal signal) {
            byte[] value = requireNonNull(signal.value());
            ModelRelease release;
            try {
                release = codec.release(value);
            } catch (UndecodableEventException e) {
                skipped("release", config.topics().modelReleases(), signal, e);
                return;
            }
            machine.onRelease(release, digest(value));
        }

        private void skipped(String what, String topic, Signal signal, UndecodableEventException e) {
            LOG.warnf("Skipping what is no %s at %s-%s: %s", what, topic, signal.position(), e.getMessage());
        }

        private void tick() {
            drain();
            machines.values().forEach(ModelMachine::tick);
        }

        private void drain() {
            for (Runnable message = mailbox.poll(); message != null; message = mailbox.poll()) {
                message.run();
            }
        }

        private void report(String model, TrainingReport report) {
            forward(model, new ModelOutput.Report(codec.encode(report)));
        }

        private void forward(String model, ModelOutput output) {
            context.forward(new Record<>(model.getBytes(StandardCharsets.UTF_8), output, clock.millis()));
        }

        void close() {
            machines.values().forEach(ModelMachine::close);
            if (punctuation != null) {
                punctuation.cancel();
            }
        }

        private final class TaskOutputs implements ModelMachine.Outputs {
            private final String model;

            TaskOutputs(String model) {
                this.model = model;
            }

            @Override
            public void report(TrainingReport report) {
                Task.this.report(model, report);
            }

            @Override
            public String release(ModelRelease release) {
                byte[] value = codec.encode(release);
                forward(model, new ModelOutput.Release(value));
                return digest(value);
            }

            @Override
            public void save(ModelState state) {
                store.put(model, state);
            }
        }
    }

    private static String digest(byte[] value) {
        return Hashing.sha256().hashBytes(value).toString();
    }
}
