package io.captionstream.cli;

import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.finetune.Gate;
import io.captionstream.finetune.GateConfig;
import io.captionstream.image.ImageLoader;
import io.captionstream.labels.LabelImages;
import io.captionstream.labels.LabelLog;
import io.captionstream.labels.LabelRules;
import io.captionstream.learning.RegistryCodec;
import io.captionstream.learning.TrainingRun;
import io.captionstream.operations.Operations;
import io.captionstream.training.TrainingResources;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of all commands that make versions from the log. */
final class TrainingOptions {
    private static final int MAX_CAPTION_WORDS = 100;
    private static final String FINE_TUNE = "fineTune.";

    @Option(
            names = "--work",
            paramLabel = "FOLDER",
            description = {
                "For images, features and checkpoints; one command at a time, and not the trainers'",
                "(default: captionstream-work in the current folder)."
            })
    @Nullable
    Path work;

    @Option(
            names = "--fine-tune",
            paramLabel = "KEY=VALUE",
            description = "A hyper-parameter, for example epochs=10; wins over captionstream.training.fine-tune.*.")
    Map<String, String> fineTune = Map.of();

    Path folder() {
        return work == null ? Path.of("captionstream-work") : work;
    }

    /** @throws IllegalArgumentException if there is no such hyper-parameter, or it cannot have such a value */
    FineTuneConfig fineTune(FineTuneConfig defaults) {
        CommandSettings settings = new CommandSettings();
        Map<String, String> values = new HashMap<>(defaults.toMap());
        for (String key : defaults.toMap().keySet()) {
            settings.text("training.fine-tune." + kebab(key.substring(FINE_TUNE.length())))
                    .ifPresent(value -> values.put(key, value));
        }
        fineTune.forEach((name, value) -> {
            if (values.replace(FINE_TUNE + camel(name), value) == null) {
                throw new IllegalArgumentException("There is no hyper-parameter %s; there are %s"
                        .formatted(
                                name,
                                defaults.toMap().keySet().stream()
                                        .map(key -> kebab(key.substring(FINE_TUNE.length())))
                                        .sorted()
                                        .toList()));
            }
        });
        return FineTuneConfig.fromMap(values);
    }

    private static String kebab(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            boolean begins = i > 0 && name.charAt(i - 1) == '-';
            if (name.charAt(i) != '-') {
                camel.append(begins ? Character.toUpperCase(name.charAt(i)) : name.charAt(i));
            }
        }
        return camel.toString();
    }

    /** @param images stays the caller's to close */
    TrainingRun runs(Operations operations, ImageLoader images) {
        CommandSettings settings = new CommandSettings();
        ConfluentEventCodec codec = operations.connection().codec();
        RegistryCodec pairs = new RegistryCodec(codec, operations.config().topics());
        LabelLog labels = new LabelLog(
                operations.connection()::reader,
                new LabelRules(
                        pairs::pair, settings.value("training.max-caption-words", Integer.class, MAX_CAPTION_WORDS)),
                new LabelImages(images::verify, folder().resolve("labels")));
        return new TrainingRun(labels, operations.store(), new Gate(gate(settings)), resources(settings), folder());
    }

    private static GateConfig gate(CommandSettings settings) {
        GateConfig defaults = GateConfig.defaults();
        return new GateConfig(
                settings.value("training.gate.confidence", Double.class, defaults.confidence()),
                settings.value("training.gate.tolerance", Double.class, defaults.tolerance()),
                settings.value("training.gate.minimum-images", Integer.class, defaults.minimumImages()),
                settings.value("training.gate.maximum-images", Integer.class, defaults.maximumImages()),
                settings.value("training.gate.resamples", Integer.class, defaults.resamples()),
                settings.value("training.gate.seed", Long.class, defaults.seed()));
    }

    private TrainingResources resources(CommandSettings settings) {
        Runtime runtime = Runtime.getRuntime();
        return new TrainingResources(
                runtime.maxMemory() / 4,
                settings.value("training.parallelism", Integer.class, runtime.availableProcessors()),
                folder().resolve("features"));
    }
}
