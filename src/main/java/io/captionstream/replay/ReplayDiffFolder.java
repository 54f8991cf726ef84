package io.captionstream.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a comparison as a folder of {@value #JSON} and {@value #HTML}, one page without anything outside of it. */
public final class ReplayDiffFolder {
    public static final String JSON = "diff.json";
    public static final String HTML = "diff.html";

    private static final String TEMPLATE = "diff.mustache";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private final Path folder;

    /** @param folder must not exist; appears complete or not at all */
    public ReplayDiffFolder(Path folder) throws FileAlreadyExistsException {
        this.folder = folder.toAbsolutePath().normalize();
        if (Files.exists(this.folder)) {
            throw new FileAlreadyExistsException(this.folder + " exists already; reports are not overwritten");
        }
    }

    /**
     * Writes both.
     *
     * @param htmlLimit largest number of changes on the page; the JSON has them all
     */
    public void write(ReplayDiff diff, int htmlLimit) throws IOException {
        Path parent = requireNonNull(folder.getParent(), "a report needs a folder to be in");
        Files.createDirectories(parent);
        Path draft = Files.createTempDirectory(parent, ".diff-");
        try {
            // Not as the temporary folder it is made as, which only its owner may enter.
            Path complete = Files.createDirectory(draft.resolve("diff"));
            Files.write(complete.resolve(JSON), MAPPER.writeValueAsBytes(diff));
            try (Writer html = Files.newBufferedWriter(complete.resolve(HTML))) {
                template().execute(page(diff, htmlLimit), html);
            }
            Files.move(complete, folder, ATOMIC_MOVE);
        } finally {
            MoreFiles.deleteRecursively(draft, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private static Template template() throws IOException {
        try (Reader text = new InputStreamReader(
                requireNonNull(ReplayDiffFolder.class.getResourceAsStream(TEMPLATE), TEMPLATE), UTF_8)) {
            return Mustache.compiler().compile(text);
        }
    }

    private static Page page(ReplayDiff diff, int limit) {
        List<Row> rows = diff.changes().stream()
                .limit(limit)
                .map(change -> new Row(
                        "%d-%d"
                                .formatted(
                                        change.event().partition(),
                                        change.event().offset()),
                        change.id(),
                        change.before().caption(),
                        scores(change.before()),
                        change.after().caption(),
                        scores(change.after())))
                .toList();
        return new Page(
                diff.model(),
                diff.createdAt().toString(),
                diff.before(),
                versions(diff.versionsBefore()),
                diff.after(),
                versions(diff.versionsAfter()),
                diff.same(),
                diff.changes().size(),
                diff.onlyBefore(),
                diff.onlyAfter(),
                rows.size() < diff.changes().size() ? "The first %d of them:".formatted(rows.size()) : "",
                rows);
    }

    private static String scores(CaptionOfEvent caption) {
        String score = String.format(Locale.ROOT, "score %.3f", caption.score());
        return caption.confidence() == null
                ? score
                : score + String.format(Locale.ROOT, ", confidence %.3f", caption.confidence());
    }

    private static String versions(Map<String, Integer> versions) {
        return versions.entrySet().stream()
                .map(entry -> "version %s: %d events".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    private record Page(
            String model,
            String createdAt,
            String before,
            String versionsBefore,
            String after,
            String versionsAfter,
            int same,
            int changed,
            int onlyBefore,
            int onlyAfter,
            String shown,
            List<Row> rows) {}

    private record Row(String event, String id, String before, String beforeScores, String after, String afterScores) {}
}
