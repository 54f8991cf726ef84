package io.captionstream.training;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A bundle that is there for a moment, for its captions to be judged by the engine that serves. */
final class DraftBundle implements AutoCloseable {
    private final Path folder;
    private final ModelBundle bundle;

    private DraftBundle(Path folder, ModelBundle bundle) {
        this.folder = folder;
        this.bundle = bundle;
    }

    static DraftBundle write(BundleWriter.Contents contents) throws IOException, BundleException {
        Path folder = Files.createTempDirectory("captionstream-draft-");
        try {
            return new DraftBundle(folder, BundleWriter.write(folder.resolve("bundle"), contents));
        } catch (IOException | BundleException | RuntimeException e) {
            delete(folder);
            throw e;
        }
    }

    ModelBundle bundle() {
        return bundle;
    }

    @Override
    public void close() throws IOException {
        delete(folder);
    }

    private static void delete(Path folder) throws IOException {
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
}
