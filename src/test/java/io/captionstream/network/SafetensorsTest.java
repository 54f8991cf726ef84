package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    private static final Path READERS = Path.of("src/test/resources/parity/readers");

    @TempDir
    Path folder;

    @Test
    void shouldReadEveryTypeAsFloats() throws IOException {
        Weights weights = Safetensors.read(READERS.resolve("dtypes.safetensors"));
        JsonNode expected = new ObjectMapper()
                .readTree(READERS.resolve("dtypes_expected.json").toFile());
        assertThat(expected.size()).isEqualTo(weights.names().size());
        expected.properties().forEach(property -> {
            String name = property.getKey();
            JsonNode values = property.getValue().get("values");
            FloatBuffer actual = weights.values(name);
            assertThat(actual.remaining()).as(name).isEqualTo(values.size());
            for (int i = 0; i < values.size(); i++) {
                assertThat(actual.get(i))
                        .as(name)
                        .isCloseTo((float) values.get(i).asDouble(), within(0f));
            }
        });
    }

    @Test
    void shouldReadBackWhatItWrote() throws IOException {
        Weights weights = Weights.builder()
                .put("b", new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, -0f})
                .put("a.weight", new long[] {}, new float[] {Float.MIN_VALUE})
                .put("empty", new long[] {0, 4}, new float[0])
                .build();
        Path file = folder.resolve("w.safetensors");
        Safetensors.write(file, weights, Map.of("format", "pt", "a", "ä"));
        assertThat(Safetensors.read(file)).isEqualTo(weights);
        assertThat(Safetensors.metadata(file)).containsExactly(Map.entry("a", "ä"), Map.entry("format", "pt"));
        byte[] first = Files.readAllBytes(file);
        Safetensors.write(file, weights, Map.of("a", "ä", "format", "pt"));
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource({
        "bad_hugeheader.safetensors, header length",
        "bad_overlap.safetensors, overlap",
        "bad_size.safetensors, needs 24 bytes",
        "bad_truncated.safetensors, bytes"
    })
    void shouldRefuseMalformedFiles(String name, String reason) {
        assertThatThrownBy(() -> Safetensors.read(READERS.resolve(name)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | 0 | not a JSON object",
                "{\"a\" | 0 | not JSON",
                "{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}} | 4 | unknown type",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | 4 | impossible shape",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}} | 4 | impossible",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}} | 4 | needs a shape",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}} | 4 | two data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}} | 4 | lies at",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | 8 | gap",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 8 | the file has 8",
            })
    void shouldRefuseMalformedHeaders(String header, int dataBytes, String reason) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        Path file = folder.resolve("bad.safetensors");
        Files.write(file, bytes.array());
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void shouldRefuseAFileWithoutAHeader() throws IOException {
        Path file = Files.write(folder.resolve("short.safetensors"), new byte[5]);
        assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(MalformedWeightsException.class);
    }
}
