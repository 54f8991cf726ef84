package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NetworkConfigTest {
    @Test
    void shouldHaveThePublishedSizes() {
        Weights resnet = InitialWeights.of(NetworkConfig.paper(Architecture.RESNET50_LSTM, 10_000), 1);
        Weights inception = InitialWeights.of(NetworkConfig.paper(Architecture.INCEPTIONV3_GLOVE, 10_000), 1);
        assertThat(trainable(resnet)).isEqualTo(23_508_032);
        // The Keras variant has no gamma: 17,216 fewer than torchvision's 21,785,568.
        assertThat(trainable(inception)).isEqualTo(21_768_352);
        assertThat(resnet.shape("encoder.layer4.2.conv3.weight")).containsExactly(2048, 512, 1, 1);
        assertThat(resnet.shape("decoder.lstm.weight_ih_l0")).containsExactly(2048, 256);
        assertThat(inception.shape("decoder.fc.weight")).containsExactly(512, 512);
    }

    private static long trainable(Weights weights) {
        return weights.only(name -> name.startsWith(Encoder.PREFIX) && !name.contains(".running_"))
                .parameterCount();
    }

    @Test
    void shouldScaleChannelsToMultiplesOfFour() {
        NetworkConfig config = NetworkConfig.demo(Architecture.RESNET50_LSTM, 50);
        assertThat(config.channels(80)).isEqualTo(12);
        assertThat(config.channels(64)).isEqualTo(8);
        assertThat(config.channels(8)).isEqualTo(8);
        assertThat(NetworkConfig.paper(Architecture.INCEPTIONV3_GLOVE, 50).channels(80))
                .isEqualTo(80);
    }

    @Test
    void shouldRefuseWhatHasNoNetwork() {
        assertThatThrownBy(() -> TinyNetworks.config(
                        Architecture.INCEPTIONV3_GLOVE, 74, EncoderVariant.KERAS, Preprocessing.PLUS_MINUS_ONE))
                .hasMessageContaining("imageSize of inceptionv3-glove must be between 75");
        assertThatThrownBy(() -> NetworkConfig.paper(Architecture.RESNET50_LSTM, 4))
                .hasMessageContaining("vocabularySize");
    }

    @Test
    void shouldFindArchitecturesByModelName() {
        for (Architecture architecture : Architecture.values()) {
            assertThat(Architecture.ofModelName(architecture.modelName())).isEqualTo(architecture);
        }
        assertThatThrownBy(() -> Architecture.ofModelName("vgg16")).hasMessageContaining("'vgg16'");
    }
}
