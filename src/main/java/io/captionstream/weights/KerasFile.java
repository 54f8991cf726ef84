package io.captionstream.weights;

import com.google.common.collect.ImmutableList;
import io.captionstream.network.MalformedWeightsException;
import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The weights in an HDF5 file as Keras writes it: attribute {@code layer_names} of the file, or of its group
 * {@code model_weights} if the whole model was saved, and a group for every layer whose attribute {@code weight_names}
 * gives the paths of its datasets. Must be closed; the values are read one by one.
 */
final class KerasFile implements AutoCloseable {
    private static final String LAYERS = "layer_names";
    private static final String WEIGHTS = "weight_names";

    private final Path path;
    private final HdfFile file;
    private final ImmutableList<KerasTensor> tensors;

    private KerasFile(Path path, HdfFile file) throws MalformedWeightsException {
        this.path = path;
        this.file = file;
        this.tensors = tensors(root());
    }

    /**
     * Opens a file and reads its table of contents.
     *
     * @throws MalformedWeightsException if it is damaged or not written by Keras
     */
    @SuppressWarnings("MustBeClosedChecker") // closed by close() or, if that is never reached, here
    static KerasFile open(Path path) throws MalformedWeightsException {
        HdfFile file;
        try {
            file = new HdfFile(path);
        } catch (RuntimeException e) {
            throw damaged(path, e);
        }
        try {
            return new KerasFile(path, file);
        } catch (RuntimeException e) {
            file.close();
            throw damaged(path, e);
        } catch (MalformedWeightsException e) {
            file.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    /** In the order of the file. */
    List<KerasTensor> tensors() {
        return tensors;
    }

    /**
     * The values of a tensor, row-major, in Keras' layout.
     *
     * @throws MalformedWeightsException if they are no floating-point numbers or the file is damaged
     */
    float[] values(KerasTensor tensor) throws MalformedWeightsException {
        Object data;
        try {
            data = tensor.dataset().getDataFlat();
        } catch (RuntimeException e) {
            throw new MalformedWeightsException(
                    "%s: tensor '%s' cannot be read: %s".formatted(path, tensor, e.getMessage()), e);
        }
        if (data instanceof float[] floats) {
            return floats;
        }
        if (data instanceof double[] doubles) {
            float[] floats = new float[doubles.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) doubles[i];
            }
            return floats;
        }
        throw new MalformedWeightsException("%s: tensor '%s' holds %s, the network wants floating-point numbers"
                .formatted(path, tensor, tensor.dataset().getJavaType().getSimpleName()));
    }

    @Override
    public void close() {
        file.close();
    }

    private Group root() throws MalformedWeightsException {
        if (hasNames(file, LAYERS)) {
            return file;
        }
        if (file.getChildren().get("model_weights") instanceof Group group && hasNames(group, LAYERS)) {
            return group;
        }
        if (file.getChildren().containsKey("layers")) {
            throw new MalformedWeightsException(path
                    + " is in the format of Keras 3 (.weights.h5), which does not keep the names of layers; save it as"
                    + " model.h5 instead");
        }
        throw new MalformedWeightsException(
                path + " has no attribute '" + LAYERS + "': it was not written by Keras. It has "
                        + file.getChildren().keySet().stream().limit(5).toList());
    }

    private ImmutableList<KerasTensor> tensors(Group root) throws MalformedWeightsException {
        ImmutableList.Builder<KerasTensor> found = ImmutableList.builder();
        for (String layer : names(root, LAYERS)) {
            if (!(root.getChildren().get(layer) instanceof Group group)) {
                throw new MalformedWeightsException("%s: layer '%s' is listed but missing".formatted(path, layer));
            }
            List<String> names = names(group, WEIGHTS);
            Set<String> scopes = new TreeSet<>();
            names.forEach(name -> scopes.add(KerasTensor.scope(name)));
            for (String name : names) {
                if (!(node(group, name) instanceof Dataset dataset)) {
                    throw new MalformedWeightsException(
                            "%s: tensor '%s' is listed in layer '%s' but missing".formatted(path, name, layer));
                }
                // A whole network saved as one layer of another: only its weights know their layers.
                String owner = scopes.size() > 1 ? KerasTensor.scope(name) : layer;
                found.add(KerasTensor.of(owner, name, dataset));
            }
        }
        return found.build();
    }

    /** Null if there is none. */
    private static @Nullable Node node(Group group, String name) {
        Node node = group;
        for (String part : name.split("/", -1)) {
            if (!(node instanceof Group parent)) {
                return null;
            }
            node = parent.getChildren().get(part);
        }
        return node;
    }

    /** Keras splits lists that are too long for one attribute into {@code name0}, {@code name1} and so on. */
    private static List<String> names(Group group, String attribute) throws MalformedWeightsException {
        Attribute whole = group.getAttribute(attribute);
        if (whole != null) {
            return strings(whole);
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; group.getAttribute(attribute + i) != null; i++) {
            names.addAll(strings(group.getAttribute(attribute + i)));
        }
        return names;
    }

    private static boolean hasNames(Group group, String attribute) {
        return group.getAttribute(attribute) != null || group.getAttribute(attribute + 0) != null;
    }

    private static List<String> strings(Attribute attribute) throws MalformedWeightsException {
        if (attribute.isEmpty() || attribute.getSize() == 0) {
            return List.of();
        }
        Object data = attribute.getData();
        if (data instanceof String[] strings) {
            return Arrays.asList(strings);
        }
        if (data instanceof String string) {
            return List.of(string);
        }
        if (data instanceof double[] || data instanceof float[]) {
            // An empty list, as NumPy types it.
            return List.of();
        }
        throw new MalformedWeightsException("attribute '" + attribute.getName() + "' does not hold names");
    }

    private static MalformedWeightsException damaged(Path path, RuntimeException cause) {
        return new MalformedWeightsException(path + " is damaged or not HDF5: " + cause.getMessage(), cause);
    }
}
