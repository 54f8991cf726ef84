package io.captionstream.cli;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import io.captionstream.coco.CaptionLines;
import io.captionstream.coco.CocoFile;
import io.captionstream.coco.CocoImport;
import io.captionstream.coco.CocoSource;
import io.captionstream.coco.PairSink;
import io.captionstream.coco.PairTopic;
import io.captionstream.coco.PairTopicConnection;
import io.captionstream.connection.Connection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Brings published captions into a file to train on, or into Kafka. */
@Command(
        name = "import-coco",
        description = {
            "Brings captions in the layout of MS COCO (annotations, or Karpathy's splits) into JSON lines or into Kafka.",
            "Ctrl-C stops; the same command goes on."
        },
        mixinStandardHelpOptions = true)
final class ImportCocoCommand implements Callable<Integer> {
    private static final long MEGABYTE = 1_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = "--annotations",
            required = true,
            paramLabel = "FILE",
            description = "dataset_coco.json, captions_train2017.json and the like.")
    @SuppressWarnings("NullAway.Init")
    Path annotations;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    Target target;

    @Option(
            names = "--images-root",
            paramLabel = "FOLDER",
            description = "Folder of all images. Those that are not in it are left out, and counted.")
    @Nullable
    Path imagesRoot;

    @Option(
            names = "--uri-prefix",
            paramLabel = "URI",
            description = "With --topic: what stands before an image's path (default: file: and --images-root).")
    @Nullable
    String uriPrefix;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "SPLIT",
            description = "Splits to take: train, validation, test (default: all).")
    Set<String> only = Set.of();

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            description = "The split of images whose file names none (default: a hash of the id decides).")
    @Nullable
    String split;

    @Option(names = "--limit", defaultValue = "" + Long.MAX_VALUE, description = "Largest number of images.")
    long limit;

    @Option(names = "--source", defaultValue = "coco", description = "Who labelled them (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String source;

    @Option(
            names = "--progress",
            paramLabel = "FILE",
            description = "With --topic: notes how far the import has come (default: beside the annotations).")
    @Nullable
    Path progress;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    BrokerOptions broker;

    /** Either a file or a topic. */
    static final class Target {
        @Option(names = "--out", paramLabel = "FILE", description = "JSON lines for 'train'; must not exist.")
        @Nullable
        Path out;

        @Option(names = "--topic", paramLabel = "NAME", description = "Topic of labelled pairs; must exist.")
        @Nullable
        String topic;
    }

    @Override
    public Integer call() throws IOException {
        if (imagesRoot == null && (target.out != null || uriPrefix == null)) {
            throw new ParameterException(
                    spec.commandLine(), "--images-root is missing" + (target.out == null ? " (or --uri-prefix)" : ""));
        }
        if (imagesRoot != null && !Files.isDirectory(imagesRoot)) {
            throw new NoSuchFileException(imagesRoot.toString());
        }
        CocoImport importing = new CocoImport(only, split, imagesRoot, limit);
        try (StopSignal stop = new StopSignal();
                ProgressBar bar = new ProgressBarBuilder()
                        .setTaskName("Importing")
                        .setInitialMax(Files.size(annotations))
                        .setUnit(" MB", MEGABYTE)
                        .build()) {
            CocoSource images = CocoFile.open(annotations, bar::stepTo, stop);
            if (images == null) {
                return StopSignal.EXIT_CODE;
            }
            CocoImport.Summary summary;
            try (images) {
                summary = target.out == null
                        ? send(target.topic, importing, images, bar, stop)
                        : write(target.out, importing, images, bar, stop);
            }
            bar.close();
            report(summary);
            return summary.complete() ? 0 : StopSignal.EXIT_CODE;
        }
    }

    private CocoImport.Summary write(
            Path out, CocoImport importing, CocoSource images, ProgressBar bar, StopSignal stop) throws IOException {
        Path root = imagesRoot == null ? Path.of("") : imagesRoot;
        try (PairSink sink =
                new CaptionLines(out, root, origin(root.toAbsolutePath().toString()))) {
            return importing.run(images, sink, bar::stepTo, stop);
        }
    }

    private CocoImport.Summary send(
            @Nullable String name, CocoImport importing, CocoSource images, ProgressBar bar, StopSignal stop)
            throws IOException {
        String topic = name == null ? "" : name;
        PairTopic.Target target = new PairTopic.Target(topic, uriPrefix(), source);
        Path noted = progress == null
                ? annotations.resolveSibling("%s.%s.progress".formatted(annotations.getFileName(), topic))
                : progress;
        try (Connection connection = new Connection(broker.settings());
                PairSink sink = new PairTopicConnection(connection).open(target, noted, origin(target.toString()))) {
            return importing.run(images, sink, bar::stepTo, stop);
        }
    }

    private String uriPrefix() {
        if (uriPrefix != null) {
            return uriPrefix;
        }
        // Of a folder that exists, this ends with a slash.
        return imagesRoot == null ? "" : imagesRoot.toUri().toString();
    }

    /** All that what comes out depends on; not the limit, so that an import can be widened. */
    private String origin(String target) throws IOException {
        return "SHA-256 %s, splits %s, else %s, to %s"
                .formatted(
                        MoreFiles.asByteSource(annotations).hash(Hashing.sha256()), new TreeSet<>(only), split, target);
    }

    private void report(CocoImport.Summary summary) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%d images with %d captions imported%n", summary.added(), summary.captions());
        line(summary.alreadyThere(), "were there already");
        line(summary.withoutCaptions(), "have no caption and were left out");
        line(summary.missing(), "are not in the folder and were left out, for example " + summary.examples());
        if (!summary.complete()) {
            out.println("Stopped. The same command goes on.");
        }
        out.flush();
    }

    private void line(long images, String what) {
        if (images > 0) {
            spec.commandLine().getOut().printf("%d images %s%n", images, what);
        }
    }
}
