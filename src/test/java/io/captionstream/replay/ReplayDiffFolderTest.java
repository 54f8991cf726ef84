package io.captionstream.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.replay.ReplayDiff.Change;
import io.captionstream.replay.ReplayDiff.Position;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayDiffFolderTest {
    private static final ReplayDiff DIFF = new ReplayDiff(
            Instant.parse("2026-01-02T03:04:05Z"),
            "model",
            "caption-events",
            "again",
            5,
            1,
            2,
            Map.of("1", 8),
            Map.of("2", 9),
            List.of(change(0, "a <b>bold</b> circle", "a red circle"), change(1, "a square", "a blue square")));

    @TempDir
    Path folder;

    @Test
    void shouldWriteAPageAndJson() throws Exception {
        new ReplayDiffFolder(folder.resolve("report")).write(DIFF, 1);

        String page = Files.readString(folder.resolve("report/diff.html"));
        assertThat(page)
                .contains("a &lt;b&gt;bold&lt;/b&gt; circle", "a red circle", "The first 1 of them", "confidence 0.500")
                .doesNotContain("a blue square");
        JsonNode json = JsonMapper.builder()
                .build()
                .readTree(folder.resolve("report/diff.json").toFile());
        assertThat(json.path("changes")).hasSize(2);
        assertThat(json.at("/changes/1/after/caption").asText()).isEqualTo("a blue square");
        assertThat(json.path("createdAt").asText()).isEqualTo("2026-01-02T03:04:05Z");
    }

    @Test
    void shouldNotOverwrite() {
        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(() -> new ReplayDiffFolder(folder));
    }

    private static Change change(long offset, String before, String after) {
        return new Change(
                new Position("image-events", 0, offset),
                "image-" + offset,
                new CaptionOfEvent("1", before, -1.5, null),
                new CaptionOfEvent("2", after, -0.5, 0.5));
    }
}
