package io.captionstream.finetune;

import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.training.CaptionFile;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Scenes as labelled images. */
final class SceneImages {
    private SceneImages() {}

    /** @param folder whose name is part of the ids, so that images of two folders are different ones */
    static List<CaptionedImage> write(Path folder, SceneGenerator generator, int count) throws IOException {
        new SceneFolder(folder).write(generator, count, done -> {});
        return CaptionFile.read(folder.resolve(SceneFolder.CAPTIONS_FILE)).stream()
                .map(image ->
                        new CaptionedImage(folder.getFileName() + "/" + image.id(), image.file(), image.captions()))
                .toList();
    }
}
