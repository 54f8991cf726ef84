package io.captionstream.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.model.Alternative;
import io.captionstream.report.SystemCaptions.Caption;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.training.CaptionFile;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final String SCRIPT = "</script><script>alert('x')</script>\"'&";

    @TempDir
    Path folder;

    @Test
    void shouldPutTheWorstImageFirst() {
        Report report = Report.of(
                Instant.EPOCH,
                Map.of("file", "f"),
                images(),
                List.of(system("m", "a red dog runs", "an owl sat there", "three cats on a mat")),
                Map.of());

        assertThat(report.images()).extracting(image -> image.image().id()).containsExactly("2", "1", "3");
        assertThat(report.images().get(2).captions().get(0).metric("CIDEr-D")).isCloseTo(10, within(1e-9));
        assertThat(report.systems().get(0).metrics())
                .containsOnlyKeys("CIDEr-D", "BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "exact")
                .containsEntry("exact", 1 / 3.0);
    }

    @Test
    void shouldJudgeAllSystemsOnTheSameImages() {
        SystemCaptions whole = system("m", "a dog", "a bird", "three cats on a mat");
        SystemCaptions partial =
                new SystemCaptions("n", Map.of(), Map.of("1", caption("a dog"), "3", caption("three cats on a mat")));

        Report report =
                Report.of(Instant.EPOCH, Map.of(), images(), List.of(whole, partial), Map.of("4", "it is broken"));

        assertThat(report.images()).extracting(image -> image.image().id()).containsExactly("1", "3");
        assertThat(report.failures())
                .containsExactly(Map.entry("4", "it is broken"), Map.entry("2", "there is no caption of it"));
        assertThat(report.systems().get(0).metrics())
                .isEqualTo(report.systems().get(1).metrics());
    }

    @Test
    void shouldRefuseToJudgeNothing() {
        List<SystemCaptions> none = List.of(new SystemCaptions("m", Map.of(), Map.of()));

        assertThatThrownBy(() -> Report.of(Instant.EPOCH, Map.of(), images(), none, Map.of()))
                .hasMessageContaining("none of the 3 images has a caption");
    }

    @Test
    void shouldTellProgramsEverything() throws IOException {
        Report report = Report.of(
                Instant.EPOCH,
                Map.of("digest", "00"),
                images(),
                List.of(system("m", "a dog", "a bird", "three cats on a mat")),
                Map.of());

        new ReportFolder(folder.resolve("out")).write(report, 1);

        JsonNode json = JsonMapper.builder()
                .build()
                .readTree(folder.resolve("out/report.json").toFile());
        assertThat(json.at("/createdAt").asText()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(json.at("/data/digest").asText()).isEqualTo("00");
        assertThat(json.at("/systems/0/metrics/CIDEr-D").asDouble())
                .isEqualTo(report.systems().get(0).metrics().get("CIDEr-D"));
        assertThat(json.at("/images")).hasSize(3);
        JsonNode worst = json.at("/images/0");
        assertThat(worst.at("/references/0").asText()).isEqualTo("a red dog");
        assertThat(worst.at("/captions/0/caption").asText()).isEqualTo("a dog");
        assertThat(worst.at("/captions/0/metrics/ROUGE-L").asDouble()).isBetween(0.5, 1.0);
        assertThat(worst.at("/captions/0/alternatives/1/text").asText()).isEqualTo("another");
        assertThat(worst.at("/captions/0/alternatives/1/tokens/0/logProbability")
                        .asDouble())
                .isEqualTo(-0.5);
    }

    @Test
    void shouldShowPicturesCaptionsAndBeamsOnOnePage() throws IOException {
        new SceneFolder(folder.resolve("scenes")).write(new SceneGenerator(1), 5, count -> {});
        List<CaptionedImage> images = CaptionFile.read(folder.resolve("scenes").resolve(SceneFolder.CAPTIONS_FILE));
        Map<String, Caption> captions = new LinkedHashMap<>();
        images.forEach(
                image -> captions.put(image.id(), caption(image.captions().get(0))));
        Report report = Report.of(
                Instant.EPOCH,
                Map.of(),
                images,
                List.of(new SystemCaptions("m", Map.of(), captions), new SystemCaptions("n", Map.of(), captions)),
                Map.of());

        new ReportFolder(folder.resolve("out")).write(report, 3);

        String html = html();
        assertThat(html).contains("Captions of m and n, the 3 worst", "5 images judged", "prefers-color-scheme: dark");
        assertThat(html.split("<article", -1)).hasSize(1 + 3);
        assertThat(html.split("data:image/jpeg;base64,", -1)).hasSize(1 + 3);
        assertThat(html.split("<li><span class=\"token\"", -1)).hasSize(1 + 3 * 2 * 2);
        assertThat(html).contains("--p:0.607").contains(", cut at the longest length");
        assertThat(html).contains("CIDEr-D of n minus that of m").contains("data-d=\"0.000\"");
        assertThat(html).doesNotContain("http://").doesNotContain("https://");
    }

    @Test
    void shouldEscapeWhatPeopleAndModelsSay() throws IOException {
        List<CaptionedImage> images = List.of(new CaptionedImage(SCRIPT, Path.of("no such file"), List.of(SCRIPT)));
        SystemCaptions system = new SystemCaptions(SCRIPT, Map.of(SCRIPT, SCRIPT), Map.of(SCRIPT, caption(SCRIPT)));

        new ReportFolder(folder.resolve("out"))
                .write(
                        Report.of(Instant.EPOCH, Map.of(SCRIPT, SCRIPT), images, List.of(system), Map.of("x", SCRIPT)),
                        9);

        assertThat(html()).doesNotContain("alert('x')").contains("&lt;script&gt;alert(&#39;x&#39;)");
        assertThat(html().split("<script", -1)).hasSize(2);
        assertThat(html()).contains("The picture cannot be shown: no such file");
    }

    @Test
    void shouldNotOverwriteAReport() throws IOException {
        Files.createDirectory(folder.resolve("out"));

        assertThatThrownBy(() -> new ReportFolder(folder.resolve("out")))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    private String html() throws IOException {
        return Files.readString(folder.resolve("out/report.html"));
    }

    private static List<CaptionedImage> images() {
        return List.of(
                new CaptionedImage("1", Path.of("1.jpg"), List.of("a red dog", "one dog runs")),
                new CaptionedImage("2", Path.of("2.jpg"), List.of("a blue bird")),
                new CaptionedImage("3", Path.of("3.jpg"), List.of("three cats on a mat")));
    }

    private static SystemCaptions system(String name, String first, String second, String third) {
        return new SystemCaptions(
                name, Map.of("version", "1"), Map.of("1", caption(first), "2", caption(second), "3", caption(third)));
    }

    private static Caption caption(String text) {
        List<Alternative.Token> tokens = List.of(new Alternative.Token("word", -0.5f));
        return new Caption(
                text,
                List.of(
                        new Alternative(text, -0.5, -0.4, true, tokens),
                        new Alternative("another", -1.5, -1.4, false, tokens)));
    }
}
