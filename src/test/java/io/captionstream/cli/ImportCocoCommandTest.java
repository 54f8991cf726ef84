package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.coco.CocoFiles;
import io.captionstream.training.CaptionFile;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCocoCommandTest {
    @TempDir
    Path folder;

    @Test
    void shouldWriteLinesOfTheImagesThatAreThere() throws IOException {
        Path images = CocoFiles.images(folder.resolve("val2014"), 6).getParent();
        Path file = CocoFiles.karpathy(folder.resolve("dataset.json"), 8);

        assertThat(run(file, "--images-root", images.toString(), "--only", "train,validation"))
                .isZero();

        List<CaptionedImage> lines = CaptionFile.read(folder.resolve("captions.jsonl"));
        assertThat(lines).extracting(CaptionedImage::id).containsExactly("1", "2", "3", "5", "6");
        assertThat(lines).allMatch(image -> Files.exists(image.file()));
    }

    @Test
    void shouldFailPlainly() throws IOException {
        Path file = CocoFiles.karpathy(folder.resolve("dataset.json"), 2);

        assertThat(run(file)).isEqualTo(2);
        assertThat(run(file, "--images-root", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(run(file, "--images-root", folder.toString())).isEqualTo(1);
        assertThat(run(file, "--images-root", folder.toString(), "--only", "dev"))
                .isEqualTo(1);
        assertThat(run(folder.resolve("none.json"), "--images-root", folder.toString()))
                .isEqualTo(1);
    }

    private int run(Path annotations, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "import-coco",
                "--annotations",
                annotations.toString(),
                "--out",
                folder.resolve("captions.jsonl").toString()));
        arguments.addAll(List.of(options));
        return CaptionstreamCommand.run(arguments.toArray(String[]::new));
    }
}
