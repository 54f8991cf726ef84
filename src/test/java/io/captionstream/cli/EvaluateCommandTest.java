package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.model.ModelBundle;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.training.CaptionFile;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Path MODELS = Path.of("src/demo/models");

    @TempDir
    Path folder;

    private Path data;

    @BeforeEach
    void writeScenes() throws IOException {
        new SceneFolder(folder).write(new SceneGenerator(77), 70, count -> {});
        data = folder.resolve(SceneFolder.CAPTIONS_FILE);
    }

    @Test
    void shouldSetTwoModelsSideBySide() throws Exception {
        Path first = MODELS.resolve("resnet50-lstm");
        Path second = MODELS.resolve("inceptionv3-glove");
        Files.writeString(folder.resolve("images/000003.jpg"), "not a picture");

        assertThat(run(
                        "--bundle",
                        first.toString(),
                        "--bundle",
                        second.toString(),
                        "--split",
                        "all",
                        "--beam-width",
                        "2"))
                .isZero();

        JsonNode report = report();
        assertThat(report.at("/systems/0/properties/digest").asText())
                .isEqualTo(ModelBundle.open(first).digest());
        assertThat(report.at("/systems/1/name").asText()).isEqualTo("inceptionv3-glove 1");
        assertThat(report.at("/systems/1/properties/beamWidth").asText()).isEqualTo("2");
        assertThat(report.at("/systems/0/metrics/exact").asDouble()).isGreaterThan(0.9);
        assertThat(report.at("/systems/1/metrics/CIDEr-D").asDouble()).isGreaterThan(7);
        assertThat(report.at("/images")).hasSize(69);
        assertThat(report.at("/images/0/captions/1/alternatives")).hasSize(2);
        assertThat(report.at("/images/0/captions/1/alternatives/0/tokens/0/token")
                        .asText())
                .isNotEmpty();
        assertThat(report.at("/leftOut/images~1000003.jpg").asText()).contains("000003.jpg: ");
        assertThat(folder.resolve("report/report.html")).isNotEmptyFile();
        assertThat(folder).isDirectoryNotContaining("glob:**/.report-*");
    }

    @Test
    void shouldJudgeCaptionsMadeElsewhere() throws Exception {
        List<Map<String, String>> results = new ArrayList<>();
        for (CaptionedImage image : CaptionFile.read(data)) {
            Map<String, String> result = new LinkedHashMap<>();
            result.put("image_id", image.id());
            result.put("caption", image.captions().get(0).toUpperCase(Locale.ROOT) + ".");
            results.add(result);
        }
        Path captions = folder.resolve("results.json");
        JSON.writeValue(captions.toFile(), results);

        assertThat(run("--captions", captions.toString(), "--split", "all", "--limit", "20"))
                .isZero();

        assertThat(report().at("/systems/0/metrics/exact").asDouble()).isEqualTo(1);
        assertThat(report().at("/data/images").asText()).isEqualTo("20 of 70");
    }

    @Test
    void shouldJudgeOnlyTheChosenSplit() throws Exception {
        Files.writeString(data, """
                {"image":"images/000000.jpg","captions":["a"],"split":"train"}
                {"image":"images/000001.jpg","captions":["b"],"split":"validation"}
                {"image":"images/000002.jpg","captions":["c"],"split":"train"}
                """);

        assertThat(run("--bundle", MODELS.resolve("resnet50-lstm").toString(), "--split", "validation"))
                .isZero();
        assertThat(report().at("/images")).hasSize(1);
        assertThat(report().at("/images/0/id").asText()).isEqualTo("images/000001.jpg");
    }

    @Test
    void shouldFailPlainly() throws IOException {
        String bundle = MODELS.resolve("resnet50-lstm").toString();
        Path unknown = Files.writeString(folder.resolve("r.json"), "[{\"image_id\": 9, \"caption\": \"a\"}]");

        assertThat(run()).isEqualTo(2);
        assertThat(run("--bundle", bundle, "--captions", unknown.toString())).isEqualTo(2);
        assertThat(run("--bundle", folder.resolve("none").toString(), "--split", "all"))
                .isEqualTo(1);
        assertThat(run("--bundle", bundle, "--split", "all", "--beam-width", "0"))
                .isEqualTo(1);
        assertThat(run("--bundle", bundle, "--split", "all", "--precision", "fp8"))
                .isEqualTo(1);
        assertThat(run("--captions", unknown.toString(), "--split", "all")).isEqualTo(1);
        assertThat(run("--captions", folder.resolve("none").toString(), "--split", "all"))
                .isEqualTo(1);
        Files.writeString(data, "{\"image\":\"1.jpg\",\"captions\":[\"a\"],\"split\":\"train\"}\n");
        assertThat(run("--bundle", bundle)).isEqualTo(1);
        assertThat(folder.resolve("report")).doesNotExist();
    }

    private JsonNode report() throws IOException {
        return JSON.readTree(folder.resolve("report/report.json").toFile());
    }

    private int run(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "evaluate",
                "--data",
                data.toString(),
                "--out",
                folder.resolve("report").toString()));
        arguments.addAll(List.of(options));
        return CaptionstreamCommand.run(arguments.toArray(String[]::new));
    }
}
