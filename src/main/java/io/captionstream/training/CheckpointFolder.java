package io.captionstream.training;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.network.Safetensors;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checkpoints of one run, each a folder {@code step-N} of weights, optimizer state and a description. A checkpoint is
 * written beside its place and moved there when complete, and older ones are removed only then: whatever interrupts the
 * writing, the newest complete one is usable.
 */
public final class CheckpointFolder {
    private static final Pattern NAME = Pattern.compile("step-(\\d+)");
    private static final String WEIGHTS = "weights.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String BEST = "best.safetensors";
    private static final String DESCRIPTION = "checkpoint.json";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;

    public CheckpointFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * The state of a run after a number of steps.
     *
     * @param run describes what is trained on what and how; a run goes on only from a checkpoint of an equal description
     * @param lossSum over the steps of an epoch that is not over
     * @param history epochs that are over
     * @param best weights of the best epoch, if the run looks for it
     */
    public record Checkpoint(
            long steps,
            String run,
            Weights weights,
            Weights optimizer,
            double lossSum,
            TrainingHistory history,
            Optional<Weights> best) {}

    /** @throws IOException if the checkpoint cannot be written; earlier ones are still there then */
    public void write(Checkpoint checkpoint) throws IOException {
        Files.createDirectories(folder);
        Path written = Files.createTempDirectory(folder, "incomplete-");
        Safetensors.write(written.resolve(WEIGHTS), checkpoint.weights(), Map.of());
        Safetensors.write(written.resolve(OPTIMIZER), checkpoint.optimizer(), Map.of());
        if (checkpoint.best().isPresent()) {
            Safetensors.write(written.resolve(BEST), checkpoint.best().get(), Map.of());
        }
        JSON.writeValue(
                written.resolve(DESCRIPTION).toFile(),
                new Description(
                        checkpoint.steps(),
                        checkpoint.run(),
                        checkpoint.lossSum(),
                        checkpoint.history().epochs()));
        Path place = folder.resolve("step-" + checkpoint.steps());
        delete(place);
        Files.move(written, place, ATOMIC_MOVE);
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.filter(entry -> !entry.equals(place)).toList()) {
                delete(entry);
            }
        }
    }

    /**
     * The newest checkpoint, empty if there is none.
     *
     * @throws IOException if it cannot be read
     */
    public Optional<Checkpoint> latest() throws IOException {
        Optional<Path> newest = newest();
        return newest.isEmpty() ? Optional.empty() : Optional.of(read(newest.get()));
    }

    /** Whether there is no checkpoint. Reads none: they are as large as the network and its optimizer. */
    boolean isEmpty() throws IOException {
        return newest().isEmpty();
    }

    private Optional<Path> newest() throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry ->
                            NAME.matcher(entry.getFileName().toString()).matches())
                    .max(Comparator.comparingLong(CheckpointFolder::steps));
        }
    }

    private static Checkpoint read(Path checkpoint) throws IOException {
        Description description;
        try {
            description = JSON.readValue(checkpoint.resolve(DESCRIPTION).toFile(), Description.class);
        } catch (JsonProcessingException e) {
            throw new IOException("%s is damaged".formatted(checkpoint.resolve(DESCRIPTION)), e);
        }
        return new Checkpoint(
                description.steps,
                description.run,
                Safetensors.read(checkpoint.resolve(WEIGHTS)),
                Safetensors.read(checkpoint.resolve(OPTIMIZER)),
                description.lossSum,
                new TrainingHistory(description.epochs),
                Files.exists(checkpoint.resolve(BEST))
                        ? Optional.of(Safetensors.read(checkpoint.resolve(BEST)))
                        : Optional.empty());
    }

    private static long steps(Path checkpoint) {
        Matcher matcher = NAME.matcher(checkpoint.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private static void delete(Path path) throws IOException {
        if (Files.exists(path)) {
            MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private record Description(long steps, String run, double lossSum, List<EpochResult> epochs) {}
}
