package io.captionstream.coco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.training.CaptionFile;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CocoImportTest {
    private static final CocoImport ALL = new CocoImport(Set.of(), null, null, Long.MAX_VALUE);
    private static final int IMAGES = 40;

    @TempDir
    Path folder;

    private Path dataset;

    @BeforeEach
    void writeDataset() throws IOException {
        dataset = CocoFiles.karpathy(folder.resolve("dataset.json"), IMAGES);
    }

    @Test
    void shouldWriteWhatTrainingReads() throws IOException {
        CocoImport.Summary summary = run(ALL, "a", () -> false);

        assertThat(summary).isEqualTo(new CocoImport.Summary(true, IMAGES, 2 * IMAGES, 0, 0, 0, List.of()));
        List<CaptionedImage> images = CaptionFile.read(out());
        assertThat(images).hasSize(IMAGES);
        assertThat(images.get(2))
                .isEqualTo(new CaptionedImage(
                        "3",
                        folder.resolve("lines/../images/val2014").resolve(CocoFiles.name(3)),
                        List.of(CocoFiles.caption(3, 1), CocoFiles.caption(3, 2)),
                        Split.VALIDATION));
        assertThat(folder.resolve("lines")).isDirectoryContaining(file -> file.equals(out()));
        assertThat(folder.resolve("lines").toFile().list()).hasSize(1);
    }

    @Test
    void shouldWriteTheSameHoweverOftenItWasStopped() throws IOException {
        run(ALL, "a", () -> false);
        byte[] expected = Files.readAllBytes(out());
        Files.delete(out());

        for (int run = 0; run < 4; run++) {
            assertThat(run(ALL, "a", after(7)).complete()).isFalse();
            assertThat(out()).doesNotExist();
        }
        CocoImport.Summary last = run(ALL, "a", () -> false);

        assertThat(last.alreadyThere()).isGreaterThan(0);
        assertThat(last.alreadyThere() + last.added()).isEqualTo(IMAGES);
        assertThat(Files.readAllBytes(out())).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50, 137, 138, 500, 1000})
    void shouldGoOnAfterAKillAtAnyByte(int bytes) throws IOException {
        run(ALL, "a", () -> false);
        byte[] expected = Files.readAllBytes(out());
        Files.delete(out());
        run(ALL, "a", after(20));
        try (var partial =
                Files.newByteChannel(folder.resolve("lines/captions.jsonl.partial"), StandardOpenOption.WRITE)) {
            partial.truncate(bytes);
        }

        run(ALL, "a", () -> false);

        assertThat(Files.readAllBytes(out())).isEqualTo(expected);
    }

    @Test
    void shouldNotGoOnFromAnotherImport() throws IOException {
        run(ALL, "a", after(5));

        assertThatThrownBy(() -> run(ALL, "b", () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is the progress of another import (a), not of this one (b)")
                .hasMessageContaining("delete it");
    }

    @Test
    void shouldNotOverwrite() throws IOException {
        run(ALL, "a", () -> false);

        assertThatThrownBy(() -> run(ALL, "a", () -> false)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void shouldCountImagesThatAreNotThere() throws IOException {
        CocoFiles.images(folder.resolve("images/val2014"), IMAGES - 10);

        CocoImport.Summary summary =
                run(new CocoImport(Set.of(), null, folder.resolve("images"), Long.MAX_VALUE), "a", () -> false);

        assertThat(summary.added()).isEqualTo(IMAGES - 10);
        assertThat(summary.missing()).isEqualTo(10);
        assertThat(summary.examples()).hasSize(5).contains("val2014/" + CocoFiles.name(IMAGES - 9));
    }

    @Test
    void shouldFailIfNoImageIsThere() {
        CocoImport importing = new CocoImport(Set.of(), null, folder.resolve("wrong"), Long.MAX_VALUE);

        assertThatThrownBy(() -> run(importing, "a", () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none of the 40 images is in")
                .hasMessageContaining("is it the folder of all images?");
        assertThat(out()).doesNotExist();
    }

    @Test
    void shouldTakeChosenSplitsUpToTheLimit() throws IOException {
        run(new CocoImport(Set.of("validation", "test"), null, null, 5), "a", () -> false);

        assertThat(CaptionFile.read(out())).extracting(CaptionedImage::id).containsExactly("3", "4", "7", "8", "11");
    }

    @Test
    void shouldGiveASplitToImagesWithoutOne() throws IOException {
        dataset = CocoFiles.annotations(folder.resolve("annotations.json"), 5);

        run(new CocoImport(Set.of("test"), "test", null, Long.MAX_VALUE), "a", () -> false);

        assertThat(CaptionFile.read(out())).hasSize(5).allMatch(image -> image.split() == Split.TEST);
    }

    @Test
    void shouldNotChooseAmongSplitsThatAreNotThere() throws IOException {
        dataset = CocoFiles.annotations(folder.resolve("annotations.json"), 5);

        assertThatThrownBy(() -> run(new CocoImport(Set.of("test"), null, null, 9), "a", () -> false))
                .hasMessageContaining("names no splits");
    }

    @Test
    void shouldLeaveOutImagesWithoutCaptions() throws IOException {
        dataset = Files.writeString(folder.resolve("flickr.json"), """
                {"images": [{"filename": "a", "sentences": [{"raw": "."}]}, {"filename": "b", "sentences": [{"raw": "b"}]}]}
                """);

        assertThat(run(ALL, "a", () -> false).withoutCaptions()).isEqualTo(1);
        assertThat(CaptionFile.read(out())).hasSize(1);
    }

    private Path out() {
        return folder.resolve("lines/captions.jsonl");
    }

    private CocoImport.Summary run(CocoImport importing, String origin, BooleanSupplier stop) throws IOException {
        try (CocoSource source = Objects.requireNonNull(CocoFile.open(dataset, position -> {}, () -> false));
                CaptionLines lines = new CaptionLines(out(), folder.resolve("images"), origin)) {
            return importing.run(source, lines, position -> {}, stop);
        }
    }

    private static BooleanSupplier after(int images) {
        AtomicLong left = new AtomicLong(images);
        return () -> left.getAndDecrement() == 0;
    }
}
