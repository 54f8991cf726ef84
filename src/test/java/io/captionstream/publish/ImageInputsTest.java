package io.captionstream.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.event.ImageEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageInputsTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private EventTemplate template = new EventTemplate("", List.of(), null, Map.of(), Clock.fixed(NOW, ZoneOffset.UTC));
    private Placement placement = Placement.inline();

    @TempDir
    private Path folder;

    @BeforeEach
    void prepare() throws IOException {
        file("photos/b.jpg", "b");
        file("photos/a.PNG", "a");
        file("photos/summer 2026/c.webp", "c");
        file("photos/notes.txt", "no image");
    }

    @Test
    void shouldTakeTheImagesOfAFolderInOrder() throws IOException {
        List<ImageEvent> events = events("photos");

        assertThat(events).extracting(ImageEvent::getId).containsExactly("a.PNG", "b.jpg", "summer 2026/c.webp");
        assertThat(events).extracting(ImageInputsTest::content).containsExactly("a", "b", "c");
        assertThat(events).extracting(ImageEvent::getUri).containsOnlyNulls();
        assertThat(events).extracting(ImageEvent::getCreatedAt).containsOnly(NOW);
        assertThat(inputs("photos").count()).hasValue(3);
    }

    @Test
    void shouldTakeAFileWhateverItIsCalled() throws IOException {
        List<ImageEvent> events = events("photos/notes.txt", "photos/b.jpg");

        assertThat(events).extracting(ImageEvent::getId).containsExactly("notes.txt", "b.jpg");
    }

    @Test
    void shouldTakeWhatAPatternNames() throws IOException {
        assertThat(events("photos/*.jpg")).extracting(ImageEvent::getId).containsExactly("b.jpg");
        assertThat(events("photos/**.{webp,PNG}"))
                .extracting(ImageEvent::getId)
                .containsExactly("a.PNG", "summer 2026/c.webp");
        assertThatThrownBy(() -> events("photos/*.gif")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> events("nowhere/*.gif")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldNameFilesByTheirUri() throws IOException {
        placement = Placement.under("s3://bucket/photos/");

        assertThat(events("photos"))
                .extracting(ImageEvent::getUri)
                .containsExactly(
                        "s3://bucket/photos/a.PNG",
                        "s3://bucket/photos/b.jpg",
                        "s3://bucket/photos/summer%202026/c.webp");
        assertThat(events("photos")).extracting(ImageEvent::getContent).containsOnlyNulls();
    }

    @Test
    void shouldTakeUris() throws IOException {
        ImageInputs inputs = inputs("https://example.org/a.jpg", "S3://bucket/b", "data:image/png;base64,AAAA");
        List<ImageEvent> events = events(inputs);

        assertThat(inputs.count()).hasValue(3);
        assertThat(events)
                .extracting(ImageEvent::getUri)
                .containsExactly("https://example.org/a.jpg", "S3://bucket/b", "data:image/png;base64,AAAA");
        assertThat(events.get(0).getId()).isEqualTo("https://example.org/a.jpg");
        assertThat(events.get(2).getId()).matches("data-[0-9a-f]{64}");
    }

    @Test
    void shouldGiveEveryEventWhatTheyHaveInCommon() throws IOException {
        template = new EventTemplate(
                "album-",
                List.of("resnet50-lstm"),
                DecodingFields.parse(Map.of("beam-width", "5")),
                Map.of("album", "1"),
                Clock.systemUTC());

        assertThat(events("photos/b.jpg")).singleElement().satisfies(event -> {
            assertThat(event.getId()).isEqualTo("album-b.jpg");
            assertThat(event.getModels()).containsExactly("resnet50-lstm");
            assertThat(event.getDecoding().getBeamWidth()).isEqualTo(5);
            assertThat(event.getAttributes()).containsExactly(Map.entry("album", "1"));
        });
    }

    @Test
    void shouldReadTables() throws IOException {
        template = new EventTemplate("", List.of("m"), null, Map.of("album", "1", "by", "me"), Clock.systemUTC());
        file("list.csv", """
                id,uri,file,models,by,note
                one,https://example.org/1.jpg,,a b,,"a, b"

                ,,photos/b.jpg,,you,
                """);

        List<ImageEvent> events = events("list.csv");

        assertThat(events).hasSize(2);
        assertThat(events.get(0).getId()).isEqualTo("one");
        assertThat(events.get(0).getModels()).containsExactly("a", "b");
        assertThat(events.get(0).getAttributes()).containsEntry("note", "a, b").containsEntry("album", "1");
        assertThat(events.get(1).getId()).isEqualTo("photos/b.jpg");
        assertThat(content(events.get(1))).isEqualTo("b");
        assertThat(events.get(1).getModels()).containsExactly("m");
        assertThat(events.get(1).getAttributes()).containsEntry("by", "you");
    }

    @Test
    void shouldReadJsonLines() throws IOException {
        file("list.jsonl", """
                {"id": "one", "uri": "https://example.org/1.jpg", "models": ["a"], "attributes": {"k": "v"}}

                {"file": "photos/b.jpg", "decoding": {"temperature": 0.5}, "createdAt": "2020-01-01T00:00:00Z"}
                {"id": "three", "content": "YWJj"}
                """);

        List<ImageEvent> events = events("list.jsonl");

        assertThat(events).extracting(ImageEvent::getId).containsExactly("one", "photos/b.jpg", "three");
        assertThat(events.get(0).getModels()).containsExactly("a");
        assertThat(events.get(0).getAttributes()).containsEntry("k", "v");
        assertThat(events.get(1).getDecoding().getTemperature()).isEqualTo(0.5);
        assertThat(events.get(1).getCreatedAt()).isEqualTo("2020-01-01T00:00:00Z");
        assertThat(content(events.get(1))).isEqualTo("b");
        assertThat(content(events.get(2))).isEqualTo("abc");
        assertThat(inputs("list.jsonl").count()).isEmpty();
    }

    @Test
    void shouldReadJsonLinesFromTheStandardInput() throws IOException {
        String standardInput = "{\"uri\": \"https://example.org/1.jpg\"}\n";

        List<ImageEvent> events = new ArrayList<>();
        ImageInputs.of(List.of("-"), new ByteArrayInputStream(standardInput.getBytes(UTF_8)), template, placement)
                .forEach(events::add);

        assertThat(events).extracting(ImageEvent::getUri).containsExactly("https://example.org/1.jpg");
    }

    @Test
    void shouldSayWhichLineIsWrong() throws IOException {
        assertRefused(
                "x.jsonl", "{\"uri\": \"a\"}\n{\"urii\": \"a\"}\n", "line 2: there is no field urii; there are [");
        assertRefused("x.jsonl", "{\"uri\": \"a\", \"file\": \"b\"}\n", "line 1: exactly one of uri, file and content");
        assertRefused("x.jsonl", "{\"content\": \"YWJj\"}\n", "line 1: an image in the list itself needs an id");
        assertRefused("x.jsonl", "{\"uri\": \n", "line 1: Unexpected end-of-input");
        assertRefused("x.jsonl", "{\"uri\": \"a\", \"decoding\": {\"beams\": 3}}\n", "no decoding option beams");
        assertRefused("x.csv", "id,uri\none,https://a\ntwo,\n", "line 3: exactly one of uri, file and content");
        assertRefused("x.csv", "id,uri\none,\ntwo,https://a\nthree,https://a\n", "line 2: exactly one of");
        assertRefused("x.csv", "id,uri\n\none,https://a\ntwo,\nthree,https://a\n", "line 4: exactly one of");
        assertRefused("x.csv", "id,url\none,https://a\n", "the first line must name a column uri or file");
    }

    @Test
    void shouldSayWhatIsNotThere() throws IOException {
        Files.createDirectories(folder.resolve("empty"));

        assertThatThrownBy(() -> events("missing.jpg")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> events("empty"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no images");
        file("gone.jsonl", "{\"file\": \"missing.jpg\"}\n");
        assertThatThrownBy(() -> events("gone.jsonl")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldStopWhenToldTo() throws IOException {
        List<ImageEvent> events = new ArrayList<>();

        inputs("photos", "https://example.org/a.jpg").forEach(event -> {
            events.add(event);
            return events.size() < 2;
        });

        assertThat(events).hasSize(2);
    }

    private void assertRefused(String name, String text, String why) throws IOException {
        file(name, text);
        assertThatThrownBy(() -> events(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    private void file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private ImageInputs inputs(String... names) throws IOException {
        List<String> absolute = new ArrayList<>();
        for (String name : names) {
            absolute.add(ImageAddress.isAddress(name) ? name : folder + "/" + name);
        }
        return ImageInputs.of(absolute, new ByteArrayInputStream(new byte[0]), template, placement);
    }

    private List<ImageEvent> events(String... names) throws IOException {
        return events(inputs(names));
    }

    private static List<ImageEvent> events(ImageInputs inputs) throws IOException {
        List<ImageEvent> events = new ArrayList<>();
        inputs.forEach(events::add);
        return events;
    }

    private static String content(ImageEvent event) {
        ByteBuffer content = event.getContent();
        return UTF_8.decode(content.duplicate()).toString();
    }
}
