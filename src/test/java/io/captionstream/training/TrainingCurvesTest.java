package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCurvesTest {
    @TempDir
    Path folder;

    private Path picture;
    private Path json;
    private TrainingCurves curves;

    @BeforeEach
    void create() {
        picture = folder.resolve("new/curves.png");
        json = folder.resolve("new/curves.json");
        curves = new TrainingCurves(picture, json);
    }

    @Test
    void shouldSayWhatEveryEpochCameTo() throws IOException {
        curves.onHistory(TrainingHistory.EMPTY
                .with(new EpochResult(1, 2.5, Double.NaN, 0.001, Map.of()))
                .with(new EpochResult(2, 1.5, 1.75, 0.0005, Map.of("ciderD", 0.25, "bleu4", 0.125))));

        JsonNode epochs = JsonMapper.builder().build().readTree(json.toFile());
        assertThat(epochs).hasSize(2);
        assertThat(epochs.get(0).get("validationLoss").isNull()).isTrue();
        assertThat(epochs.get(1).get("epoch").asInt()).isEqualTo(2);
        assertThat(epochs.get(1).get("trainingLoss").asDouble()).isEqualTo(1.5);
        assertThat(epochs.get(1).get("validationLoss").asDouble()).isEqualTo(1.75);
        assertThat(epochs.get(1).get("learningRate").asDouble()).isEqualTo(0.0005);
        assertThat(epochs.get(1).get("metrics").get("ciderD").asDouble()).isEqualTo(0.25);
    }

    @Test
    void shouldDrawALineForEachLoss() throws IOException {
        curves.onHistory(history(3, Map.of()));

        BufferedImage image = ImageIO.read(picture.toFile());
        assertThat(count(image, 0x0072B2)).isGreaterThan(100);
        assertThat(count(image, 0xD55E00)).isGreaterThan(100);
    }

    @Test
    void shouldDrawMetricsWhereThereAreSome() throws IOException {
        curves.onHistory(history(3, Map.of()));
        int without = ImageIO.read(picture.toFile()).getHeight();
        curves.onHistory(history(3, Map.of("ciderD", 0.5)));

        assertThat(ImageIO.read(picture.toFile()).getHeight()).isGreaterThan(without);
        try (Stream<Path> files = Files.list(folder.resolve("new"))) {
            assertThat(files).containsExactlyInAnyOrder(picture, json);
        }
    }

    @Test
    void shouldWriteNothingBeforeTheFirstEpoch() {
        curves.onHistory(TrainingHistory.EMPTY);

        assertThat(picture).doesNotExist();
        assertThat(json).doesNotExist();
    }

    private static TrainingHistory history(int epochs, Map<String, Double> metrics) {
        TrainingHistory history = TrainingHistory.EMPTY;
        for (int epoch = 1; epoch <= epochs; epoch++) {
            history = history.with(new EpochResult(epoch, 3.0 / epoch, 4.0 / epoch, 0.001, metrics));
        }
        return history;
    }

    private static int count(BufferedImage image, int rgb) {
        int count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += (image.getRGB(x, y) & 0xFFFFFF) == rgb ? 1 : 0;
            }
        }
        return count;
    }
}
