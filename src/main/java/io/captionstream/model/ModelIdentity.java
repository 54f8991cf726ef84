package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Names exactly the weights of a model.
 *
 * @param name model name, for example {@code resnet50-lstm}
 * @param version version of the bundle
 * @param digest SHA-256 of the bundle, lower-case hexadecimal
 */
public record ModelIdentity(String name, String version, String digest) {
    public ModelIdentity {
        checkArgument(!name.isBlank(), "name is blank");
        checkArgument(!version.isBlank(), "version is blank");
        checkArgument(!digest.isBlank(), "digest is blank");
    }
}
