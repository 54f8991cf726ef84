package io.captionstream.cli;

import io.captionstream.model.InferenceException;
import io.captionstream.operations.CaptionComparison;
import io.captionstream.operations.ModelDiff;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sets two versions side by side. */
@Command(
        name = "diff",
        description = "Says how two versions differ: metrics, settings, lineage, words, and captions of images.",
        mixinStandardHelpOptions = true)
final class ModelsDiffCommand implements Callable<Integer> {
    private static final int WORDS_SHOWN = 50;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "Name of the model.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Parameters(index = "1", paramLabel = "BEFORE", description = "A version, or the beginning of its digest.")
    @SuppressWarnings("NullAway.Init")
    String before;

    @Parameters(index = "2", paramLabel = "AFTER", description = "Another.")
    @SuppressWarnings("NullAway.Init")
    String after;

    @Option(names = "--image", paramLabel = "FILE", description = "An image to caption with both; can be repeated.")
    List<Path> images = List.of();

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OperationOptions options;

    @Override
    public Integer call() throws IOException, OperationException, InferenceException {
        ModelDiff diff;
        List<CaptionComparison> captions = List.of();
        try (Operations operations = options.open()) {
            diff = operations.models().diff(model, before, after);
            if (!images.isEmpty()) {
                captions = CaptionComparison.of(
                        operations.models().open(model, before),
                        operations.models().open(model, after),
                        images);
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("diff", diff);
            all.put("captions", captions);
            out.println(Json.of(all));
        } else {
            print(out, diff);
            captions.forEach(image -> {
                out.println("  " + image.image());
                print(out, "caption", image.before(), image.after());
            });
        }
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, ModelDiff diff) {
        out.printf(
                "%s %s -> %s%n",
                diff.model(), diff.before().version(), diff.after().version());
        out.println("  metrics");
        diff.metrics()
                .forEach((name, change) -> print(
                        out,
                        name,
                        ModelsListCommand.number(change.before()),
                        ModelsListCommand.number(change.after())));
        print(out, "settings", diff.settings());
        print(out, "lineage", diff.lineage());
        print(out, "words added", diff.addedWords());
        print(out, "words removed", diff.removedWords());
    }

    private static void print(PrintWriter out, String title, Map<String, ModelDiff.Change> changes) {
        if (!changes.isEmpty()) {
            out.println("  " + title);
            changes.forEach((name, change) -> print(out, name, change.before(), change.after()));
        }
    }

    private static void print(PrintWriter out, String name, @Nullable String before, @Nullable String after) {
        out.printf("    %s: %s -> %s%n", name, before == null ? "-" : before, after == null ? "-" : after);
    }

    private static void print(PrintWriter out, String title, List<String> words) {
        if (!words.isEmpty()) {
            String shown = String.join(" ", words.subList(0, Math.min(WORDS_SHOWN, words.size())));
            out.printf("  %s (%d): %s%s%n", title, words.size(), shown, words.size() > WORDS_SHOWN ? " …" : "");
        }
    }
}
