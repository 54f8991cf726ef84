package io.captionstream.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.network.Architecture;
import io.captionstream.network.MalformedWeightsException;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TensorShapes;
import io.captionstream.network.TinyNetworks;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderImportTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void shouldTellTheSizesByTheTensors(Architecture architecture) throws IOException {
        NetworkConfig config =
                architecture == Architecture.RESNET50_LSTM ? TinyNetworks.resnet() : TinyNetworks.inception();
        for (String prefix : new String[] {"", "decoder."}) {
            Path file =
                    new TorchFiles().put(decoder(config, prefix), "F32").write(folder.resolve("decoder.safetensors"));

            ImportedDecoder read = importer(config).read(file, TinyNetworks.VOCABULARY);

            assertThat(read.embeddingSize()).isEqualTo(config.embeddingSize());
            assertThat(read.hiddenSize()).isEqualTo(config.hiddenSize());
            assertThat(read.weights()).isEqualTo(decoder(config, "decoder."));
        }
    }

    @Test
    void shouldRefuseAnotherVocabulary() throws IOException {
        NetworkConfig config = TinyNetworks.resnet();
        Path file = new TorchFiles().put(decoder(config, ""), "F32").write(folder.resolve("decoder.safetensors"));

        assertThatThrownBy(() -> importer(config).read(file, 13))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageContaining("tensor 'emb.weight' has the shape [12, 8], the network wants [13, 8]");
    }

    @Test
    void shouldRefuseTheDecoderOfTheOtherArchitecture() throws IOException {
        Path file = new TorchFiles()
                .put(decoder(TinyNetworks.inception(), ""), "F32")
                .write(folder.resolve("decoder.safetensors"));

        assertThatThrownBy(() -> importer(TinyNetworks.resnet()).read(file, TinyNetworks.VOCABULARY))
                .isInstanceOf(MalformedWeightsException.class);
    }

    @Test
    void shouldRefuseHdf5() {
        Path file = Path.of("src/test/resources/parity/readers/keras2_weights.h5");

        assertThatThrownBy(() -> importer(TinyNetworks.resnet()).read(file, TinyNetworks.VOCABULARY))
                .hasMessageContaining("decoders are read from safetensors");
    }

    /** Whatever byte of the header is wrong, and however: the file is refused or reads as before. */
    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x02, 0x10, 0x20, 0x80, 0xff})
    void shouldRefuseEveryWrongByteOfTheHeader(int mask) throws IOException {
        NetworkConfig config = TinyNetworks.resnet();
        Weights decoder = decoder(config, "");
        Path file = new TorchFiles().put(decoder, "F32").write(folder.resolve("decoder.safetensors"));
        byte[] whole = Files.readAllBytes(file);
        int header =
                8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        ImportedDecoder expected = importer(config).read(file, TinyNetworks.VOCABULARY);
        int refused = 0;
        for (int position = 0; position < header; position++) {
            byte[] wrong = whole.clone();
            wrong[position] ^= (byte) mask;
            Files.write(file, wrong);
            try {
                assertThat(importer(config).read(file, TinyNetworks.VOCABULARY))
                        .as("byte %s of the header", position)
                        .isEqualTo(expected);
            } catch (MalformedWeightsException e) {
                assertThat(e).as("byte %s of the header", position).hasMessageContaining(file.toString());
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(header * 9 / 10);
    }

    @Test
    void shouldRefuseAFileThatWasCutAnywhere() throws IOException {
        NetworkConfig config = TinyNetworks.resnet();
        Path file = new TorchFiles().put(decoder(config, ""), "F32").write(folder.resolve("decoder.safetensors"));
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 61) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> importer(config).read(file, TinyNetworks.VOCABULARY))
                    .as("%s bytes", length)
                    .isInstanceOf(MalformedWeightsException.class);
        }
    }

    private static DecoderImport importer(NetworkConfig config) {
        return new DecoderImport(config.architecture(), config.encoderWidth());
    }

    private static Weights decoder(NetworkConfig config, String prefix) {
        Weights.Builder weights = Weights.builder();
        TensorShapes.decoder(config).forEach((name, shape) -> {
            float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
            for (int i = 0; i < values.length; i++) {
                values[i] = i + name.length();
            }
            weights.put(prefix + name.substring("decoder.".length()), shape, values);
        });
        return weights.build();
    }
}
