package io.captionstream.weights;

import static java.util.Objects.requireNonNull;

import io.captionstream.network.Safetensors;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.UUID;

/** Writes safetensors that appear under their name complete or not at all. */
final class WeightsFile {
    private WeightsFile() {}

    /** @throws FileAlreadyExistsException if there is such a file */
    static void write(Path file, Weights weights) throws IOException {
        requireAbsent(file);
        Path target = file.toAbsolutePath();
        Path parent = requireNonNull(target.getParent(), "a file needs a folder to be in");
        Files.createDirectories(parent);
        Path temporary = parent.resolve("." + target.getFileName() + "-" + UUID.randomUUID());
        try {
            Safetensors.write(temporary, weights, Map.of("format", "pt"));
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    static void requireAbsent(Path file) throws FileAlreadyExistsException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file + " exists already; it is not overwritten");
        }
    }
}
