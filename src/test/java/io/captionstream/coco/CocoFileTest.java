package io.captionstream.coco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CocoFileTest {
    @TempDir
    Path folder;

    @Test
    void shouldReadKarpathysSplits() throws IOException {
        List<CocoImage> images = read(CocoFiles.karpathy(file(), 4));

        assertThat(images).extracting(CocoImage::split).containsExactly("train", "train", "validation", "test");
        assertThat(images.get(1))
                .isEqualTo(new CocoImage(
                        "2",
                        "val2014/" + CocoFiles.name(2),
                        List.of(CocoFiles.caption(2, 1), CocoFiles.caption(2, 2)),
                        "train"));
    }

    @Test
    void shouldReadSplitsOfDatasetsWithoutNumbersAndFolders() throws IOException {
        Path file = Files.writeString(file(), """
                {"dataset": "flickr8k", "images": [
                  {"filename": "1_a.jpg", "split": "val", "sentences": [{"raw": " A  dog\\n runs . "}, {"raw": "..."}]}]}
                """);

        assertThat(read(file))
                .containsExactly(new CocoImage("1_a.jpg", "1_a.jpg", List.of("A dog runs ."), "validation"));
    }

    @Test
    void shouldGatherTheCaptionsOfAnnotations() throws IOException {
        List<CocoImage> images = read(CocoFiles.annotations(file(), 120));

        assertThat(images)
                .extracting(CocoImage::id)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 120)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(images).allSatisfy(image -> {
            int id = Integer.parseInt(image.id());
            assertThat(image.path()).isEqualTo(CocoFiles.name(id));
            assertThat(image.captions()).containsExactlyInAnyOrder(CocoFiles.caption(id, 1), CocoFiles.caption(id, 2));
            assertThat(image.split()).isNull();
        });
    }

    @Test
    void shouldGatherFromAFileOfManyParts() throws IOException {
        // Three parts' worth: what is not read makes the file large.
        Path file = Files.writeString(
                file(), """
                {"annotations": [{"image_id": 10, "caption": "b"}, {"image_id": 9, "caption": "a"},
                  {"image_id": "x", "caption": "d"}, {"image_id": 10, "caption": "c"}],
                "images": [{"id": "x", "file_name": "x.jpg"}, {"id": 10, "file_name": "10.jpg"},
                  {"id": 9, "file_name": "9.jpg"}, {"id": 8, "file_name": "8.jpg"}],
                "licenses": ["%s"]}
                """.formatted(("0".repeat(999) + "\\n").repeat(40_000)).replace("\\n", "\",\""));

        assertThat(read(file))
                .containsExactlyInAnyOrder(
                        new CocoImage("8", "8.jpg", List.of(), null),
                        new CocoImage("9", "9.jpg", List.of("a"), null),
                        new CocoImage("10", "10.jpg", List.of("b", "c"), null),
                        new CocoImage("x", "x.jpg", List.of("d"), null));
        assertThat(read(file)).isEqualTo(read(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            []                                                                                   | not a JSON object with 'images'
            {"a": 1                                                                              | Unexpected end-of-input
            {"a": 1}                                                                             | neither an array 'images' nor 'annotations'
            {"images": [{"file_name": "1.jpg", "id": 1}]}                                        | there is no array 'annotations'
            {"annotations": []}                                                                  | there is no array 'images'
            {"images": [{"file_name": "1.jpg"}], "annotations": []}                              | 'id' is missing
            {"images": [{"id": 1}], "annotations": []}                                           | 'file_name' of image 1 is missing
            {"images": [7], "annotations": []}                                                   | Cannot construct instance
            {"images": [null], "annotations": []}                                                | null where an object
            {"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1}]}          | an annotation of image 1 has no 'caption'
            {"images": [], "annotations": [{"image_id": 2, "caption": "a"}]}                     | names the image 2, which 'images' does not list
            {"images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}], "annotations": []} | image 1 occurs twice
            {"images": [{"id": 1, "file_name": "../a"}], "annotations": []}                      | leaves its folder
            {"images": [{"id": 1, "file_name": "/a"}], "annotations": []}                        | leaves its folder
            {"images": [{"sentences": []}]}                                                      | 'filename' is missing
            {"images": [{"filename": "a", "sentences": [{}]}]}                                   | one has no 'raw'
            {"images": [{"filename": "a", "sentences": [], "split": "dev"}]}                     | 'split' must be one of
            {"images": [{"filename": "a", "sentences": []}, {"filename": "a", "sentences": []}]} | image a occurs twice
            {"images": [{"filename": "a", "sentences": []}]                                      | Unexpected end-of-input
            """)
    void shouldSayWhatIsWrongAndWhere(String text, String problem) throws IOException {
        Path file = Files.writeString(file(), text);

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(MalformedCocoException.class)
                .hasMessageContaining(problem)
                .hasMessageMatching("(?s).*dataset\\.json, byte \\d+: .*");
    }

    @Test
    void shouldNameTheByteThatIsWrong() throws IOException {
        byte[] bytes = Files.readAllBytes(CocoFiles.karpathy(file(), 300));
        int broken = bytes.length / 2;
        bytes[broken] = 1;
        Files.write(file(), bytes);

        assertThatThrownBy(() -> read(file()))
                .isInstanceOf(MalformedCocoException.class)
                .hasMessageMatching("(?s).*byte (%s): .*"
                        .formatted(IntStream.rangeClosed(broken - 2, broken + 2)
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining("|"))));
    }

    @Test
    void shouldReadAnyCutOfAFileAsMalformed() throws IOException {
        byte[] bytes = Files.readAllBytes(CocoFiles.annotations(file(), 3));
        for (int length = 0; length < bytes.length; length += 7) {
            Files.writeString(file(), new String(bytes, 0, length, StandardCharsets.UTF_8));

            assertThatThrownBy(() -> read(file())).isInstanceOf(MalformedCocoException.class);
        }
    }

    @Test
    void shouldGiveNothingOutWhenStoppedWhileGathering() throws IOException {
        assertThat(CocoFile.open(CocoFiles.annotations(file(), 50), position -> {}, () -> true))
                .isNull();
    }

    private Path file() {
        return folder.resolve("dataset.json");
    }

    private static List<CocoImage> read(Path file) throws IOException {
        List<CocoImage> images = new ArrayList<>();
        try (CocoSource source = Objects.requireNonNull(CocoFile.open(file, position -> {}, () -> false))) {
            for (CocoImage image = source.next(); image != null; image = source.next()) {
                images.add(image);
                assertThat(source.position()).isBetween(1L, Files.size(file));
            }
        }
        return images;
    }
}
