package io.captionstream.coco;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JSON lines that {@code train} and {@code evaluate} read. They grow in a file beside the wanted one, which
 * appears complete or not at all; a run that was interrupted, also by a kill in the middle of a line, goes on after the
 * last whole line.
 */
public final class CaptionLines implements PairSink {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final Path partial;
    private final Path state;
    private final Path imagesRoot;
    private final IdSet written = new IdSet();
    private final BufferedWriter writer;

    /**
     * Opens the file, or what an earlier run left of it.
     *
     * @param file must not exist
     * @param imagesRoot the folder of all images
     * @param origin names the source and all options that the lines depend on
     * @throws IOException if the file exists, or what is left is of another origin
     */
    public CaptionLines(Path file, Path imagesRoot, String origin) throws IOException {
        this.file = file.toAbsolutePath().normalize();
        this.partial = this.file.resolveSibling(this.file.getFileName() + ".partial");
        this.state = this.file.resolveSibling(this.file.getFileName() + ".progress");
        this.imagesRoot = imagesRoot.toAbsolutePath().normalize();
        if (Files.exists(this.file)) {
            throw new FileAlreadyExistsException(this.file + " exists already; captions are not overwritten");
        }
        Path folder = this.file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        if (Files.exists(partial)) {
            if (ImportState.read(state, origin) == null) {
                throw new IOException("%s is there without %s; delete it to begin anew".formatted(partial, state));
            }
            keepWholeLines();
        } else {
            new ImportState(origin, 0).write(state);
        }
        this.writer = Files.newBufferedWriter(partial, UTF_8, CREATE, WRITE, APPEND);
    }

    private void keepWholeLines() throws IOException {
        long whole = 0;
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(partial))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = bytes.read(); next >= 0; next = bytes.read()) {
                line.write(next);
                if (next == '\n') {
                    written.add(id(line.toString(UTF_8)));
                    whole += line.size();
                    line.reset();
                }
            }
        }
        try (FileChannel channel = FileChannel.open(partial, WRITE)) {
            channel.truncate(whole);
        }
    }

    private String id(String line) throws IOException {
        try {
            return JSON.readValue(line, Line.class).id();
        } catch (JsonProcessingException e) {
            throw new IOException("%s is damaged; delete it to begin anew".formatted(partial), e);
        }
    }

    @Override
    public boolean has(long position, CocoImage image) {
        return written.contains(image.id());
    }

    @Override
    public void add(long position, CocoImage image) throws IOException {
        Line line = new Line(image.id(), path(image), image.captions(), image.split());
        writer.write(JSON.writeValueAsString(line));
        writer.write('\n');
    }

    /** Relative to the file's folder where that is possible, so that both can be moved together. */
    private String path(CocoImage image) {
        Path target = imagesRoot.resolve(image.path());
        Path folder = file.getParent();
        boolean reachable = folder != null && target.getRoot().equals(folder.getRoot());
        return (reachable ? folder.relativize(target) : target).toString().replace('\\', '/');
    }

    @Override
    public void leaveOut(long position) {
        // Nothing is written of it; the next run asks again.
    }

    @Override
    public void complete() throws IOException {
        writer.close();
        Files.move(partial, file, ATOMIC_MOVE);
        Files.delete(state);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Line(
            @JsonProperty("id") String id,
            @JsonProperty("image") String image,
            @JsonProperty("captions") List<String> captions,
            @JsonProperty("split") @Nullable String split) {}
}
