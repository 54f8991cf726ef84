package io.captionstream.cli;

import io.captionstream.operations.ModelVersion;
import io.captionstream.operations.ModelVersions;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists what releases and store know of. */
@Command(
        name = "list",
        description = "Lists the versions of the models: in service, on trial, to go back to, in the store.",
        mixinStandardHelpOptions = true)
final class ModelsListCommand implements Callable<Integer> {
    private static final int DIGEST_SHOWN = 12;
    private static final int METRICS_SHOWN = 4;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "Only this model (default: all).")
    @Nullable
    String model;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OperationOptions options;

    @Override
    public Integer call() throws IOException, OperationException {
        List<ModelVersions> models;
        try (Operations operations = options.open()) {
            models = model == null
                    ? operations.models().list()
                    : List.of(operations.models().list(model));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.of(models));
        } else if (models.isEmpty()) {
            out.println("No model was released, and the store is empty.");
        } else {
            models.forEach(each -> print(out, each));
        }
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, ModelVersions model) {
        out.println(model.model());
        int width = model.versions().stream()
                .mapToInt(version -> version.version().length())
                .max()
                .orElse(0);
        for (ModelVersion version : model.versions()) {
            out.println(("  %-" + Math.max(width, 1) + "s  %-15s  %s  %-24s  %s")
                    .formatted(
                            version.version(),
                            status(model, version),
                            version.digest().substring(0, DIGEST_SHOWN),
                            version.createdAt() == null ? "" : version.createdAt(),
                            version.problem() == null ? metrics(version.metrics()) : "unusable: " + version.problem())
                    .stripTrailing());
        }
    }

    private static String status(ModelVersions model, ModelVersion version) {
        ModelVersions.TrialState trial = model.trial();
        return switch (version.status()) {
            case LIVE -> "live";
            case TRIAL -> trial == null ? "trial" : "%s %d%%".formatted(trial.mode(), trial.percentage());
            case ROLLBACK_TARGET -> "rollback target";
            case STORED -> "stored";
        };
    }

    static String metrics(Map<String, Double> metrics) {
        return metrics.entrySet().stream()
                .limit(METRICS_SHOWN)
                .map(metric -> "%s %s".formatted(metric.getKey(), number(metric.getValue())))
                .collect(Collectors.joining(", "));
    }

    static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4g", value);
    }
}
