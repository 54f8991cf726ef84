package io.captionstream.operations;

import io.captionstream.model.BundleException;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.Bundles;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.InitialWeights;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TinyNetworks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Bundles of a network so small that writing and loading one takes a moment. */
public final class TinyBundles {
    /** Name of the model that all are versions of. */
    public static final String MODEL = "resnet50-lstm";

    private TinyBundles() {}

    /**
     * A version with weights and a metric of its own.
     *
     * @param number makes the weights, and is the version
     * @param folder where to write it
     */
    public static ModelBundle version(int number, Path folder) throws IOException, BundleException {
        NetworkConfig network = TinyNetworks.resnet();
        BundleWriter.Contents contents = Bundles.contents(network, InitialWeights.of(network, number));
        return BundleWriter.write(
                folder,
                new BundleWriter.Contents(
                        contents.name(),
                        Integer.toString(number),
                        network,
                        contents.weights(),
                        contents.vocabulary(),
                        contents.resize(),
                        contents.decoding(),
                        Map.of("exactMatch", number / 10.0),
                        Map.of("seed", Integer.toString(number)),
                        contents.createdAt()));
    }

    /** One of each architecture, each in a folder of its name, which is what models of it are called. */
    public static List<ModelBundle> ofEach(Path directory) throws IOException, BundleException {
        List<ModelBundle> bundles = new ArrayList<>();
        for (NetworkConfig network : List.of(TinyNetworks.resnet(), TinyNetworks.inception())) {
            bundles.add(BundleWriter.write(
                    directory.resolve(network.architecture().modelName()), Bundles.contents(network)));
        }
        return bundles;
    }
}
