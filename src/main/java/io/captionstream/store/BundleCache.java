package io.captionstream.store;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.model.BundleException;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Bundles of a store on the local disk, verified. A bundle that is fetched is opened beside its place first: what lies in
 * the cache under a digest has had that digest. One process at a time may use a folder.
 */
public final class BundleCache {
    private static final String PART = ".part-";

    private final BundleStore store;
    private final Path folder;

    public BundleCache(BundleStore store, Path folder) {
        this.store = requireNonNull(store, "store is null");
        this.folder = requireNonNull(folder, "folder is null");
    }

    /**
     * The bundle with a digest, fetched if it is not here, or no longer whole.
     *
     * @throws BundleException if what the store has is no bundle or one with another digest
     * @throws java.nio.file.NoSuchFileException if the store has no such bundle
     * @throws IOException if store or cache cannot be used
     */
    public synchronized ModelBundle open(URI uri, String digest) throws IOException, BundleException {
        checkArgument(StoredBundle.isDigest(digest), "not a digest: %s", digest);
        Path place = folder.resolve(digest);
        if (Files.isDirectory(place)) {
            try {
                return requireDigest(ModelBundle.open(place), digest);
            } catch (BundleException damaged) {
                MoreFiles.deleteRecursively(place, RecursiveDeleteOption.ALLOW_INSECURE);
            }
        }
        Files.createDirectories(folder);
        Path part = Files.createTempDirectory(folder, PART);
        try {
            store.fetch(uri, part);
            requireDigest(ModelBundle.open(part), digest);
            Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            if (Files.exists(part)) {
                MoreFiles.deleteRecursively(part, RecursiveDeleteOption.ALLOW_INSECURE);
            }
        }
        return ModelBundle.open(place);
    }

    private static ModelBundle requireDigest(ModelBundle bundle, String digest) throws BundleException {
        if (!bundle.digest().equals(digest)) {
            throw new BundleException(
                    BundleException.Code.WRONG_DIGEST,
                    "the bundle has the digest %s, expected is %s".formatted(bundle.digest(), digest));
        }
        return bundle;
    }

    /** Deletes all but these digests, and what crashes left behind. */
    public synchronized void retain(Set<String> digests) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (name.startsWith(PART) || (StoredBundle.isDigest(name) && !digests.contains(name))) {
                    MoreFiles.deleteRecursively(entry, RecursiveDeleteOption.ALLOW_INSECURE);
                }
            }
        }
    }
}
