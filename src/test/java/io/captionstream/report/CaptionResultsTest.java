package io.captionstream.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.model.Alternative;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptionResultsTest {
    @TempDir
    Path folder;

    @Test
    void shouldReadTheResultsFormatOfCoco() throws IOException {
        List<SystemCaptions> systems = CaptionResults.read(file("""
                 [{"image_id": 404464, "caption": "black and white photo of a man"},
                  {"image_id": "x", "caption": "a dog", "score": 1}]
                """));

        assertThat(systems).hasSize(1);
        assertThat(systems.get(0).name()).isEqualTo("captions.json");
        assertThat(systems.get(0).captions()).containsOnlyKeys("404464", "x");
        assertThat(systems.get(0).captions().get("404464").text()).isEqualTo("black and white photo of a man");
    }

    @Test
    void shouldReadTheLastEventOfEachImageAndModel() throws IOException {
        List<SystemCaptions> systems = CaptionResults.read(file("""
                {"id":"1","captions":[{"model":"m","version":"1","caption":"old"}]}

                {"id":"1","captions":[{"model":"m","version":"1","weightsDigest":"00","caption":"a dog","alternatives":[\
                {"text":"a dog","logProbability":-1.5,"score":-1.0,"complete":true,\
                "tokens":[{"token":"a","logProbability":-0.5},{"token":"dog","logProbability":-1.0}]}],"confidence":{"double":0.9}},\
                {"model":"n","version":"2","caption":"a cat","alternatives":[],"confidence":null}],"origin":{"topic":"t"}}
                """));

        assertThat(systems).extracting(SystemCaptions::name).containsExactly("m 1", "n 2");
        SystemCaptions.Caption caption = systems.get(0).captions().get("1");
        assertThat(caption.text()).isEqualTo("a dog");
        assertThat(caption.confidence()).isEqualTo(0.9);
        assertThat(systems.get(1).captions().get("1").confidence()).isNull();
        assertThat(caption.alternatives())
                .containsExactly(new Alternative(
                        "a dog",
                        -1.5,
                        -1.0,
                        true,
                        List.of(new Alternative.Token("a", -0.5f), new Alternative.Token("dog", -1f))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            []                                                                      | holds no captions
            [{"image_id": 1}]                                                       | byte 16: not an object with 'image_id'
            [null]                                                                  | byte 5: not an object with 'image_id'
            [{"image_id": 1, "caption": "a"}, {"image_id": 1, "caption": "b"}]      | image 1 occurs twice
            [{"image_id": 1, "caption": "a"}                                        | Unexpected end-of-input
            {"id": "1"}                                                             | line 1: not a caption event
            {"id": "1", "captions": [{"model": "m"}]}                               | line 1: not a caption event
            nonsense                                                                | line 1: Unrecognized token
            """)
    void shouldSayWhatIsWrongAndWhere(String text, String problem) throws IOException {
        Path file = file(text);

        assertThatThrownBy(() -> CaptionResults.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("captions.json")
                .hasMessageContaining(problem);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("captions.json"), text);
    }
}
