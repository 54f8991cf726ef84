package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.ACCESS_DENIED;
import static io.captionstream.image.ImageErrorCode.FORBIDDEN_PATH;
import static io.captionstream.image.ImageErrorCode.INVALID_REFERENCE;
import static io.captionstream.image.ImageErrorCode.NOT_FOUND;
import static io.captionstream.image.ImageErrorCode.READ_FAILED;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads files beneath the configured roots. A path is checked twice: as written, so that nothing outside the roots is
 * even asked about, and resolved, so that no link leads out. Only regular files are read; a pipe would block for ever.
 *
 * <p>Whoever can move folders and links beneath a root while a file is read can defeat the second check: roots must not
 * be writable for those who are not to be trusted.
 */
final class FileSource implements ImageSource {
    private final FileConfig config;

    FileSource(FileConfig config) {
        this.config = requireNonNull(config, "config is null");
    }

    @Override
    public byte[] fetch(String uri, Fetch fetch) throws ImageException, InterruptedException {
        Path path = path(uri);
        try {
            Path real = resolve(path);
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class, NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                throw ImageException.fetch(NOT_FOUND, "Not a regular file: " + Redaction.redact(uri));
            }
            try (InputStream content = Files.newInputStream(real, NOFOLLOW_LINKS)) {
                return fetch.read(content, attributes.size());
            }
        } catch (NoSuchFileException e) {
            throw ImageException.fetch(NOT_FOUND, "There is no such file: " + Redaction.redact(uri), e);
        } catch (AccessDeniedException e) {
            throw ImageException.fetch(ACCESS_DENIED, "The file may not be read: " + Redaction.redact(uri), e);
        } catch (ClosedByInterruptException e) {
            throw new InterruptedException(e.getMessage());
        } catch (IOException e) {
            throw ImageException.fetch(READ_FAILED, "The file cannot be read: " + Redaction.redact(uri), e);
        }
    }

    private Path resolve(Path path) throws ImageException, IOException {
        if (config.roots().stream().noneMatch(path::startsWith)) {
            throw forbidden(path);
        }
        Path real;
        try {
            real = path.toRealPath();
        } catch (NoSuchFileException | AccessDeniedException e) {
            throw e;
        } catch (FileSystemException e) {
            // A loop of links, or a file where a folder should be.
            throw new NoSuchFileException(path.toString());
        }
        for (Path root : config.roots()) {
            if (Files.exists(root) && real.startsWith(root.toRealPath())) {
                return real;
            }
        }
        throw forbidden(path);
    }

    private static ImageException forbidden(Path path) {
        return ImageException.fetch(
                FORBIDDEN_PATH, "The file is not beneath a configured root: " + Redaction.redact(path.toString()));
    }

    private static Path path(String uri) throws ImageException {
        try {
            URI parsed = new URI(uri);
            boolean local =
                    parsed.getRawAuthority() == null || parsed.getRawAuthority().equalsIgnoreCase("localhost");
            if (!local || parsed.isOpaque() || parsed.getRawQuery() != null || parsed.getRawFragment() != null) {
                throw ImageException.fetch(
                        INVALID_REFERENCE, "Not a local, absolute file URI: " + Redaction.redact(uri));
            }
            return Path.of(new URI("file", null, parsed.getPath(), null)).normalize();
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw ImageException.fetch(INVALID_REFERENCE, "The file URI is malformed: " + Redaction.redact(uri), e);
        }
    }
}
