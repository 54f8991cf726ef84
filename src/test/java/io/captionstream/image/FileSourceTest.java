package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.EMPTY_IMAGE;
import static io.captionstream.image.ImageErrorCode.FORBIDDEN_PATH;
import static io.captionstream.image.ImageErrorCode.INVALID_REFERENCE;
import static io.captionstream.image.ImageErrorCode.NOT_FOUND;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {
    private final byte[] jpeg = SampleImages.jpeg(64, 48);

    @TempDir
    Path folder;

    private Path root;
    private Path outside;

    @BeforeEach
    void write() throws IOException {
        root = Files.createDirectory(folder.resolve("root"));
        outside = Files.write(folder.resolve("outside.jpg"), jpeg);
        Files.createDirectory(root.resolve("sub"));
        Files.write(root.resolve("sub/a b.jpg"), jpeg);
    }

    @Test
    void shouldReadBeneathRoots() throws Exception {
        String uri = root.resolve("sub/a b.jpg").toUri().toString();
        assertThat(load(uri).bytes()).isEqualTo(jpeg.length);
        assertThat(load(uri.replace("file:///", "file:/")).bytes()).isEqualTo(jpeg.length);
        assertThat(load(uri.replace("file:///", "FILE://localhost/")).bytes()).isEqualTo(jpeg.length);
        assertThat(load(uri.replace("/sub/", "/sub/../sub/./")).bytes()).isEqualTo(jpeg.length);
    }

    @Test
    void shouldBeOffByDefault() {
        String uri = root.resolve("sub/a b.jpg").toUri().toString();
        assertThat(failure(uri, FileConfig.defaults()).code()).isEqualTo(FORBIDDEN_PATH);
        assertThat(failure("file:///etc/passwd", FileConfig.defaults()).code()).isEqualTo(FORBIDDEN_PATH);
    }

    @Test
    void shouldForbidWhatIsOutside() {
        assertFails("file:///etc/passwd", FORBIDDEN_PATH);
        assertFails(outside.toUri().toString(), FORBIDDEN_PATH);
        assertFails(root.toUri() + "../outside.jpg", FORBIDDEN_PATH);
        assertFails(root.toUri() + "%2e%2e/outside.jpg", FORBIDDEN_PATH);
        assertFails(root.toUri() + "..%2foutside.jpg", FORBIDDEN_PATH);
        // A neighbour whose name begins like the root's.
        assertFails(folder.toUri() + "rootless/a.jpg", FORBIDDEN_PATH);
        // Whether it exists is nobody's business.
        assertFails(folder.toUri() + "missing.jpg", FORBIDDEN_PATH);
    }

    @Test
    void shouldForbidLinksThatLeadOut() throws IOException {
        Files.createSymbolicLink(root.resolve("link.jpg"), outside);
        Files.createSymbolicLink(root.resolve("folder"), folder);
        assertFails(root.toUri() + "link.jpg", FORBIDDEN_PATH);
        assertFails(root.toUri() + "folder/outside.jpg", FORBIDDEN_PATH);
    }

    @Test
    void shouldFollowLinksThatStayInside() throws Exception {
        Files.createSymbolicLink(root.resolve("inside.jpg"), root.resolve("sub/a b.jpg"));
        assertThat(load(root.toUri() + "inside.jpg").bytes()).isEqualTo(jpeg.length);
    }

    @Test
    void shouldAcceptARootThatIsALink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("linked-root"), root);
        FileConfig config = new FileConfig(List.of(link));
        assertThat(load(link.toUri() + "sub/a%20b.jpg", config).bytes()).isEqualTo(jpeg.length);
    }

    @Test
    void shouldReadRegularFilesOnly() throws IOException {
        assertFails(root.resolve("sub").toUri().toString(), NOT_FOUND);
        assertFails(root.toUri() + "missing.jpg", NOT_FOUND);
        assertFails(root.toUri() + "sub/a%20b.jpg/more", NOT_FOUND);
        Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
        assertFails(root.toUri() + "loop", NOT_FOUND);
        Files.createFile(root.resolve("empty"));
        assertFails(root.toUri() + "empty", EMPTY_IMAGE);
    }

    @Test
    void shouldCheckTheSize() throws IOException {
        Files.write(root.resolve("large.jpg"), new byte[100_001]);
        assertFails(root.toUri() + "large.jpg", TOO_MANY_BYTES);
    }

    @Test
    void shouldRefuseWhatIsNoLocalFile() {
        assertFails("file://server/share/a.jpg", INVALID_REFERENCE);
        assertFails("file:a.jpg", INVALID_REFERENCE);
        assertFails("file:", INVALID_REFERENCE);
        assertFails("file:///a%00b", INVALID_REFERENCE);
        assertFails(root.toUri() + "sub/a%20b.jpg?x", INVALID_REFERENCE);
    }

    @Test
    void shouldRefuseRelativeRoots() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FileConfig(List.of(Path.of("images"))));
    }

    private void assertFails(String uri, ImageErrorCode code) {
        ImageException failure = failure(uri, new FileConfig(List.of(root)));
        assertThat(failure.code()).as(failure.toString()).isEqualTo(code);
        assertThat(failure.stage()).isEqualTo(ImageException.Stage.FETCH);
    }

    private static ImageException failure(String uri, FileConfig config) {
        ExecutionException failure = catchThrowableOfType(ExecutionException.class, () -> load(uri, config));
        assertThat(failure).as(uri).isNotNull().hasCauseInstanceOf(ImageException.class);
        return (ImageException) failure.getCause();
    }

    private LoadedImage load(String uri) throws Exception {
        return load(uri, new FileConfig(List.of(root)));
    }

    private static LoadedImage load(String uri, FileConfig config) throws Exception {
        ImageConfig limits =
                ImageConfig.defaults().withLimits(100_000, 1_000_000).withFile(config);
        try (ImageLoader loader = new ImageLoader(limits)) {
            return loader.load(ImageReference.ofUri(uri), Set.of(ImageGeometry.square(8)))
                    .get(60, TimeUnit.SECONDS);
        }
    }
}
