package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScenesCommandTest {
    @TempDir
    Path folder;

    @Test
    void shouldWriteScenesAndWordVectors() throws IOException {
        Path glove = folder.resolve("glove.txt");
        int code = CaptionstreamCommand.run(
                "scenes",
                "--out",
                folder.resolve("scenes").toString(),
                "--count",
                "40",
                "--glove",
                glove.toString(),
                "--glove-dimension",
                "4");

        assertThat(code).isZero();
        assertThat(folder.resolve("scenes/images/000039.jpg")).isNotEmptyFile();
        assertThat(Files.readAllLines(glove)).anyMatch(line -> line.matches("red( -?[0-9.E-]+){4}"));
    }

    @Test
    void shouldPutANewShapeIntoEveryPicture() throws IOException {
        int code = CaptionstreamCommand.run("scenes", "--out", folder.toString(), "--count", "20", "--with", "ring");

        assertThat(code).isZero();
        assertThat(Files.readAllLines(folder.resolve("captions.jsonl")))
                .hasSize(20)
                .allMatch(line -> line.contains(" ring"));
    }

    @Test
    void shouldRefuseWrongUsage() {
        assertThat(CaptionstreamCommand.run("scenes")).isEqualTo(2);
        assertThat(CaptionstreamCommand.run("scenes", "--out", folder.toString(), "--count", "0"))
                .isEqualTo(1);
        assertThat(CaptionstreamCommand.run("scenes", "--out", folder.toString(), "--with", "star"))
                .isEqualTo(1);
        assertThat(CaptionstreamCommand.run("paint")).isEqualTo(2);
    }
}
