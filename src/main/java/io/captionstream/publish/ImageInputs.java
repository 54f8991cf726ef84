package io.captionstream.publish;

import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** All that is to be published, in the order in which it was named. */
public final class ImageInputs implements ImageInput {
    private static final String STANDARD_INPUT = "-";

    private final List<ImageInput> inputs;

    private ImageInputs(List<ImageInput> inputs) {
        this.inputs = inputs;
    }

    /**
     * Finds out what was named. Folders and patterns are looked through at once, lists are read only when it is gone
     * through them.
     *
     * @param names files, folders, patterns, URIs, {@code .csv} and {@code .jsonl} lists; {@code -} for JSON lines from
     *     the standard input
     * @param standardInput stays the caller's to close
     * @throws IOException if something is not there, or a folder has no images
     */
    public static ImageInputs of(
            List<String> names, InputStream standardInput, EventTemplate template, Placement placement)
            throws IOException {
        List<ImageInput> inputs = new ArrayList<>();
        for (String name : names) {
            inputs.add(input(name, standardInput, template, placement));
        }
        return new ImageInputs(List.copyOf(inputs));
    }

    private static ImageInput input(String name, InputStream standardInput, EventTemplate template, Placement placement)
            throws IOException {
        if (name.equals(STANDARD_INPUT)) {
            return new ImageList(
                    "standard input",
                    () -> new InputStreamReader(standardInput, StandardCharsets.UTF_8),
                    Path.of("").toAbsolutePath(),
                    template,
                    placement);
        }
        if (ImageAddress.isAddress(name)) {
            return new ImageAddress(name, template);
        }
        Path path = Path.of(name);
        if (Files.isDirectory(path)) {
            return ImageFiles.folder(path, template, placement);
        }
        if (Files.exists(path)) {
            return file(path, template, placement);
        }
        if (ImageFiles.isPattern(name)) {
            return ImageFiles.matching(name, template, placement);
        }
        throw new NoSuchFileException(name);
    }

    private static ImageInput file(Path path, EventTemplate template, Placement placement) {
        return switch (MoreFiles.getFileExtension(path).toLowerCase(Locale.ROOT)) {
            case "csv" -> new ImageTable(path, template, placement);
            case "jsonl", "ndjson" ->
                new ImageList(
                        path.toString(),
                        () -> Files.newBufferedReader(path),
                        path.toAbsolutePath().getParent(),
                        template,
                        placement);
            default -> ImageFiles.file(path, template, placement);
        };
    }

    @Override
    public OptionalLong count() {
        long sum = 0;
        for (ImageInput input : inputs) {
            OptionalLong count = input.count();
            if (count.isEmpty()) {
                return OptionalLong.empty();
            }
            sum += count.getAsLong();
        }
        return OptionalLong.of(sum);
    }

    @Override
    public void forEach(Sink sink) throws IOException {
        boolean[] goOn = {true};
        for (ImageInput input : inputs) {
            if (goOn[0]) {
                input.forEach(event -> goOn[0] = sink.accept(event));
            }
        }
    }
}
