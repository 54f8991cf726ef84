package io.captionstream.cli;

import io.captionstream.model.BundleManifest;
import io.captionstream.operations.ModelVersion;
import io.captionstream.operations.OperationException;
import io.captionstream.operations.Operations;
import io.captionstream.operations.VersionDetails;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a version in full. */
@Command(
        name = "show",
        description = "Shows what the bundle of a version says of itself: metrics, lineage, digests.",
        mixinStandardHelpOptions = true)
final class ModelsShowCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "Name of the model.")
    @SuppressWarnings("NullAway.Init")
    String model;

    @Parameters(index = "1", paramLabel = "VERSION", description = "Its version, or the beginning of its digest.")
    @SuppressWarnings("NullAway.Init")
    String version;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OperationOptions options;

    @Override
    public Integer call() throws IOException, OperationException {
        VersionDetails details;
        try (Operations operations = options.open()) {
            details = operations.models().show(model, version);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.of(details));
        } else {
            print(out, details);
        }
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, VersionDetails details) {
        ModelVersion version = details.version();
        BundleManifest manifest = details.manifest();
        out.printf("%s %s%n", details.model(), version.version());
        line(out, "status", version.status());
        line(out, "digest", version.digest());
        line(out, "bundle", version.bundle());
        line(out, "created", manifest.createdAt());
        line(out, "released", version.releasedAt());
        line(out, "network", manifest.network() == null ? manifest.foreign() : manifest.network());
        line(out, "resize", manifest.resize());
        line(out, "decoding", manifest.decoding());
        out.println("  metrics");
        manifest.metrics().forEach((name, value) -> out.printf("    %s: %s%n", name, ModelsListCommand.number(value)));
        out.println("  lineage");
        manifest.lineage().forEach((name, value) -> out.printf("    %s: %s%n", name, value));
        out.println("  files");
        manifest.files().forEach((name, value) -> out.printf("    %s: %s%n", name, value));
    }

    private static void line(PrintWriter out, String name, @Nullable Object value) {
        if (value != null) {
            out.printf("  %s: %s%n", name, value);
        }
    }
}
