package io.captionstream.weights;

import io.captionstream.model.ModelBundle;
import io.captionstream.network.Safetensors;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** Writes the weights of a bundle as safetensors for other tools. */
public final class WeightExport {
    /** What is written. */
    public enum Part {
        /** Under torchvision's names: {@code conv1.weight}, {@code layer1.0.bn1.running_mean}. */
        ENCODER,
        /** {@code emb.weight}, {@code lstm.weight_ih_l0} and so on. */
        DECODER,
        /** Both, with {@code encoder.} and {@code decoder.} before the names. */
        ALL
    }

    private WeightExport() {}

    /**
     * Writes a file.
     *
     * @param out must not exist; appears complete or not at all
     * @return what was written
     */
    public static Weights write(ModelBundle bundle, Part part, Path out) throws IOException {
        WeightsFile.requireAbsent(out);
        Weights all = Safetensors.read(bundle.weights());
        Weights written = part == Part.ALL ? all : without(all, part.name().toLowerCase(Locale.ROOT) + ".");
        WeightsFile.write(out, written);
        return written;
    }

    private static Weights without(Weights all, String prefix) {
        Weights.Builder part = Weights.builder();
        for (String name : all.names()) {
            if (name.startsWith(prefix)) {
                float[] values = new float[all.values(name).remaining()];
                all.values(name).get(values);
                part.put(name.substring(prefix.length()), all.shape(name), values);
            }
        }
        return part.build();
    }
}
