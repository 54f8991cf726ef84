package io.captionstream.network;

import java.nio.ByteBuffer;
import java.util.Random;

/** Networks with every layer of the real ones, small enough for a unit test. */
public final class TinyNetworks {
    public static final int VOCABULARY = 12;
    public static final int MAX_LENGTH = 6;

    private TinyNetworks() {}

    public static NetworkConfig resnet() {
        return config(Architecture.RESNET50_LSTM, 32, EncoderVariant.TORCHVISION, Preprocessing.IMAGENET);
    }

    public static NetworkConfig inception() {
        return config(Architecture.INCEPTIONV3_GLOVE, 75, EncoderVariant.KERAS, Preprocessing.PLUS_MINUS_ONE);
    }

    public static NetworkConfig config(
            Architecture architecture, int size, EncoderVariant variant, Preprocessing preprocessing) {
        return new NetworkConfig(architecture, size, 0.02, 8, 12, VOCABULARY, MAX_LENGTH, variant, preprocessing);
    }

    /** Random images in a direct buffer. */
    public static ByteBuffer images(NetworkConfig config, int count, long seed) {
        byte[] bytes = new byte[count * config.imageSize() * config.imageSize() * 3];
        new Random(seed).nextBytes(bytes);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** As many captions of different lengths. */
    public static int[][] captions(int count) {
        int[][] captions = new int[count][];
        for (int row = 0; row < count; row++) {
            captions[row] = new int[1 + row % MAX_LENGTH];
            for (int i = 0; i < captions[row].length; i++) {
                captions[row][i] = 4 + (row * 3 + i) % (VOCABULARY - 4);
            }
        }
        return captions;
    }
}
