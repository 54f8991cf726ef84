package io.captionstream.cli;

import io.captionstream.scene.GloveTrainer;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.scene.ShapeKind;
import io.captionstream.text.GloveWriter;
import io.captionstream.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes synthetic scenes to train on and, on request, word vectors made from their captions. */
@Command(
        name = "scenes",
        description = "Writes synthetic pictures with their captions as a folder that 'train' reads.",
        mixinStandardHelpOptions = true)
final class ScenesCommand implements Callable<Integer> {
    private static final int GLOVE_ITERATIONS = 1000;
    private static final int GLOVE_CAPTIONS = 5000;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Folder to write to.")
    @SuppressWarnings("NullAway.Init")
    Path out;

    @Option(names = "--count", defaultValue = "10000", description = "Number of pictures (default: ${DEFAULT-VALUE}).")
    int count;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Equal seeds make equal pictures (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--with",
            paramLabel = "SHAPE",
            description = {
                "Put one shape of this kind into every picture, such as ring, which there is in none otherwise:",
                "pictures of what a model has never seen."
            })
    @Nullable
    ShapeKind added;

    @Option(
            names = "--glove",
            paramLabel = "FILE",
            description = "Also train word vectors on the captions and write them in GloVe's text format.")
    @Nullable
    Path glove;

    @Option(
            names = "--glove-dimension",
            defaultValue = "50",
            description = "Numbers of a word vector (default: ${DEFAULT-VALUE}).")
    int gloveDimension;

    @Override
    public Integer call() throws IOException {
        SceneGenerator generator = added == null ? new SceneGenerator(seed) : new SceneGenerator(seed).with(added);
        try (ProgressBar bar = new ProgressBar("Scenes", count)) {
            new SceneFolder(out).write(generator, count, bar::stepBy);
        }
        if (glove != null) {
            List<List<String>> sentences = SceneFolder.captions(generator, Math.min(count, GLOVE_CAPTIONS))
                    .map(Tokenizer::tokenize)
                    .toList();
            GloveWriter.write(glove, new GloveTrainer(gloveDimension, GLOVE_ITERATIONS, seed).train(sentences));
        }
        return 0;
    }
}
