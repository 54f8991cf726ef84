package io.captionstream.store;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import java.net.URI;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A bundle in a store.
 *
 * @param uri of its folder, without a slash at the end
 * @param model name of the model
 * @param digest of the bundle, lower-case hexadecimal SHA-256
 * @param storedAt when it came into the store
 */
public record StoredBundle(URI uri, String model, String digest, Instant storedAt) {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,100}");

    public StoredBundle {
        requireNonNull(uri, "uri is null");
        checkModel(model);
        checkArgument(isDigest(digest), "not a digest: %s", digest);
        requireNonNull(storedAt, "storedAt is null");
    }

    static boolean isDigest(String name) {
        return DIGEST.matcher(name).matches();
    }

    /** The name is part of a path. */
    static void checkModel(String model) {
        checkArgument(isModel(model), "not a name for a model in a store: %s", model);
    }

    static boolean isModel(String name) {
        return MODEL.matcher(name).matches();
    }

    /** The manifest that lies under a digest, if it has that digest. */
    static BundleManifest manifest(String json, String digest, String where) throws BundleException {
        BundleManifest manifest = BundleManifest.read(json, where);
        if (!manifest.digest().equals(digest)) {
            throw new BundleException(
                    BundleException.Code.WRONG_DIGEST,
                    "%s has the digest %s, expected is %s".formatted(where, manifest.digest(), digest));
        }
        return manifest;
    }
}
