package io.captionstream.labels;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A dataset in a file, for a run that goes on: an image that could not be fetched when the run began must not be part of
 * it when it goes on, nor the other way round.
 */
public final class DatasetFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private DatasetFile() {}

    private record Contents(List<Image> fresh, List<Image> old, Map<String, Integer> outcomes) {}

    private record Image(String id, String digest, List<String> captions) {}

    /** Writes a dataset, aside and then moved. */
    public static void write(Path file, LabeledDataset dataset) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        JSON.writeValue(
                part.toFile(), new Contents(images(dataset.fresh()), images(dataset.old()), dataset.outcomes()));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<Image> images(List<CaptionedImage> images) {
        return images.stream()
                .map(image -> new Image(image.id(), image.file().getFileName().toString(), image.captions()))
                .toList();
    }

    /**
     * Reads a dataset.
     *
     * @param images where its images are
     * @return empty if there is no such file, it is damaged or one of the images is gone
     */
    public static Optional<LabeledDataset> read(Path file, LabelImages images) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Contents contents;
        try {
            contents = JSON.readValue(file.toFile(), Contents.class);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
        LabeledDataset dataset = new LabeledDataset(
                images(contents.fresh(), images), images(contents.old(), images), contents.outcomes());
        return dataset.images().stream().allMatch(image -> Files.exists(image.file()))
                ? Optional.of(dataset)
                : Optional.empty();
    }

    private static List<CaptionedImage> images(List<Image> images, LabelImages files) {
        return images.stream()
                .map(image -> new CaptionedImage(image.id(), files.file(image.digest()), image.captions()))
                .toList();
    }
}
