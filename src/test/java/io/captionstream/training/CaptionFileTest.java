package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptionFileTest {
    @TempDir
    Path folder;

    @Test
    void shouldReadImagesAndCaptions() throws IOException {
        List<CaptionedImage> images = CaptionFile.read(file("""
                        {"image":"images/1.jpg","captions":["a dog","a black dog"]}

                        {"id":"two","image":"/data/2.png","captions":["a cat"],"source":"somewhere"}
                        {"id":"three","image":"3.png","captions":["a bird"],"split":"validation"}
                        """));

        assertThat(images)
                .containsExactly(
                        new CaptionedImage(
                                "images/1.jpg", folder.resolve("images/1.jpg"), List.of("a dog", "a black dog")),
                        new CaptionedImage("two", Path.of("/data/2.png"), List.of("a cat")),
                        new CaptionedImage("three", folder.resolve("3.png"), List.of("a bird"), Split.VALIDATION));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    not json                                       | not a JSON object
                    {"image":"1.jpg","captions":"a dog"}           | not a JSON object
                    ["1.jpg"]                                      | not a JSON object
                    {"captions":["a dog"]}                         | 'image' is missing
                    {"image":"1.jpg"}                              | 'captions' is missing
                    {"image":"1.jpg","captions":[]}                | 'captions' is missing
                    {"image":"1.jpg","captions":["a dog","..."]}   | a caption has no words
                    {"image":"1.jpg","captions":[null]}            | a caption has no words
                    {"image":"1.jpg","captions":["a"],"split":"v"} | 'split' must be train, validation or test: 'v'
                    {"image":"0.jpg","captions":["a dog"]}         | id '0.jpg' is already taken
                    """)
    void shouldSayWhatIsWrongInWhichLine(String line, String problem) throws IOException {
        Path file = file("{\"image\":\"0.jpg\",\"captions\":[\"a dog\"]}\n" + line + "\n");

        assertThatThrownBy(() -> CaptionFile.read(file))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("captions.jsonl, line 2: " + problem);
    }

    @Test
    void shouldRefuseAnEmptyFile() throws IOException {
        Path file = file("\n");
        assertThatThrownBy(() -> CaptionFile.read(file))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("holds no captions");
    }

    private Path file(String lines) throws IOException {
        return Files.writeString(folder.resolve("captions.jsonl"), lines);
    }
}
