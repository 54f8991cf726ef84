package io.captionstream.labels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.hash.HashCode;
import io.captionstream.image.ImageReference;
import io.captionstream.image.VerifiedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * Images of labels on the local disk, each once, under its digest; and under the digest of each pair which image it has,
 * so that later runs fetch nothing again. All of it may be deleted while no run goes on. Files are written aside and then
 * moved. Safe for use by several threads and processes.
 */
public final class LabelImages {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    private final ImageFetch fetch;
    private final Path images;
    private final Path pairs;

    public LabelImages(ImageFetch fetch, Path folder) {
        this.fetch = requireNonNull(fetch, "fetch is null");
        this.images = folder.resolve("images");
        this.pairs = folder.resolve("pairs");
    }

    /** The file of the image with a digest, whether it is there or not. */
    public Path file(String digest) {
        return place(images, digest);
    }

    /**
     * The digest of a pair's image, which is here when the future completes; or an
     * {@link io.captionstream.image.ImageException} as the cause of failure.
     *
     * @param pair digest of the pair's value
     */
    CompletableFuture<String> image(HashCode pair, ImageReference reference) {
        String known = known(pair);
        return known != null
                ? CompletableFuture.completedFuture(known)
                : fetch.fetch(reference).thenApply(image -> keep(pair, image));
    }

    private @org.jspecify.annotations.Nullable String known(HashCode pair) {
        try {
            Path note = place(pairs, pair.toString());
            if (!Files.exists(note)) {
                return null;
            }
            String digest = Files.readString(note, UTF_8);
            return DIGEST.matcher(digest).matches() && Files.exists(file(digest)) ? digest : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String keep(HashCode pair, VerifiedImage image) {
        try {
            Path file = file(image.digest());
            if (!Files.exists(file)) {
                write(file, image.encoded());
            }
            write(place(pairs, pair.toString()), image.digest().getBytes(UTF_8));
            return image.digest();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder of millions of files is slow: they are spread over 256. */
    private static Path place(Path folder, String digest) {
        return folder.resolve(digest.substring(0, 2)).resolve(digest);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Path folder = Files.createDirectories(file.getParent());
        Path part = Files.createTempFile(folder, ".part-", null);
        try {
            Files.write(part, bytes);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
