package io.captionstream.store;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Bundles in folders. A bundle is copied beside its place and moved there at once. */
final class FileBundleStore implements BundleStore {
    private static final String PART = ".part-";

    private final Path root;

    FileBundleStore(Path root) {
        this.root = requireNonNull(root, "root is null").toAbsolutePath().normalize();
    }

    @Override
    public StoredBundle publish(ModelBundle bundle) throws IOException {
        String model = bundle.manifest().name();
        StoredBundle.checkModel(model);
        Path place = root.resolve(model).resolve(bundle.digest());
        if (!Files.exists(place)) {
            Path folder = Files.createDirectories(place.getParent());
            Path part = Files.createTempDirectory(folder, PART);
            try {
                copy(bundle.directory(), part);
                moveIfAbsent(part, place);
            } finally {
                if (Files.exists(part)) {
                    MoreFiles.deleteRecursively(part, RecursiveDeleteOption.ALLOW_INSECURE);
                }
            }
        }
        return stored(place);
    }

    /** Whoever was first has stored the same files. File systems differ in how they say that a folder is there. */
    private static void moveIfAbsent(Path part, Path place) throws IOException {
        try {
            Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(place)) {
                throw e;
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Override
    public void fetch(URI bundle, Path folder) throws IOException {
        Path place = place(bundle);
        if (!Files.isDirectory(place)) {
            throw new NoSuchFileException(place.toString());
        }
        copy(place, folder);
    }

    @Override
    public BundleManifest manifest(URI bundle) throws IOException, BundleException {
        Path place = place(bundle);
        Path file = place.resolve(BundleManifest.MANIFEST);
        return StoredBundle.manifest(Files.readString(file), place.getFileName().toString(), file.toString());
    }

    @Override
    public List<String> models() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        List<String> models = new ArrayList<>();
        try (Stream<Path> folders = Files.list(root)) {
            for (Path folder : folders.sorted().toList()) {
                String name = folder.getFileName().toString();
                if (StoredBundle.isModel(name) && !list(name).isEmpty()) {
                    models.add(name);
                }
            }
        }
        return List.copyOf(models);
    }

    @Override
    public List<StoredBundle> list(String model) throws IOException {
        StoredBundle.checkModel(model);
        Path folder = root.resolve(model);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<StoredBundle> bundles = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                if (StoredBundle.isDigest(entry.getFileName().toString())) {
                    bundles.add(stored(entry));
                }
            }
        }
        bundles.sort(Comparator.comparing(StoredBundle::storedAt).thenComparing(StoredBundle::digest));
        return List.copyOf(bundles);
    }

    @Override
    public void delete(URI bundle) throws IOException {
        Path place = place(bundle);
        if (!Files.isDirectory(place)) {
            return;
        }
        // Away at once, whatever interrupts the rest.
        Path part = place.resolveSibling(PART + place.getFileName());
        Files.move(place, part, StandardCopyOption.ATOMIC_MOVE);
        MoreFiles.deleteRecursively(part, RecursiveDeleteOption.ALLOW_INSECURE);
    }

    private static StoredBundle stored(Path place) throws IOException {
        return new StoredBundle(
                // Without the slash that a path of a folder that exists gets.
                URI.create(place.getParent().toUri() + place.getFileName().toString()),
                place.getParent().getFileName().toString(),
                place.getFileName().toString(),
                Files.getLastModifiedTime(place).toInstant());
    }

    private Path place(URI bundle) {
        checkArgument("file".equals(bundle.getScheme()), "not a bundle of %s: %s", root, bundle);
        Path place = Path.of(bundle).normalize();
        checkArgument(
                place.startsWith(root)
                        && root.relativize(place).getNameCount() == 2
                        && StoredBundle.isDigest(place.getFileName().toString()),
                "not a bundle of %s: %s",
                root,
                bundle);
        return place;
    }

    @Override
    public void close() {}
}
