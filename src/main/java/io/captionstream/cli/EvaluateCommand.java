package io.captionstream.cli;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import io.captionstream.model.BundleException;
import io.captionstream.model.Captioner;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.model.ModelIdentity;
import io.captionstream.model.PrecisionChoice;
import io.captionstream.report.BundleCaptioning;
import io.captionstream.report.CaptionResults;
import io.captionstream.report.Report;
import io.captionstream.report.ReportFolder;
import io.captionstream.report.SystemCaptions;
import io.captionstream.training.CaptionFile;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Judges models, or captions made elsewhere, on a dataset. */
@Command(
        name = "evaluate",
        description = {
            "Judges models, or captions made elsewhere, by CIDEr-D, BLEU, ROUGE-L and exact match.",
            "Writes report.json and report.html."
        },
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
    private static final int DIGEST_SHOWN = 8;

    /** What of the data is judged on. */
    enum Part {
        TRAIN,
        VALIDATION,
        TEST,
        ALL
    }

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    Judged judged;

    /** Either bundles or captions. */
    static final class Judged {
        @Option(
                names = "--bundle",
                paramLabel = "FOLDER",
                description = "Bundle of a model; several are set side by side.")
        List<Path> bundles = List.of();

        @Option(
                names = "--captions",
                paramLabel = "FILE",
                description = "Captions in COCO's results format, or caption events as JSON lines.")
        @Nullable
        Path captions;
    }

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines with 'image', a path relative to the file, and 'captions'.")
    @SuppressWarnings("NullAway.Init")
    Path data;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FOLDER",
            description = "Folder of the report; must not exist.")
    @SuppressWarnings("NullAway.Init")
    Path out;

    @Option(
            names = "--split",
            defaultValue = "test",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Part split;

    @Option(names = "--limit", defaultValue = "2147483647", description = "Largest number of images.")
    int limit;

    @Option(names = "--beam-width", description = "Default: the bundle's.")
    @Nullable
    Integer beamWidth;

    @Option(names = "--max-length", description = "Longest caption in tokens (default: the bundle's).")
    @Nullable
    Integer maxLength;

    @Option(names = "--length-penalty", description = "Default: the bundle's.")
    @Nullable
    Double lengthPenalty;

    @Option(names = "--batch-size", defaultValue = "32", description = "Default: ${DEFAULT-VALUE}.")
    int batchSize;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or gpu (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String device;

    @Option(
            names = "--precision",
            defaultValue = "auto",
            description = "auto, fp32 or bf16 (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String precision;

    @Option(
            names = "--html-limit",
            defaultValue = "200",
            description = "Largest number of images on the page, worst first (default: ${DEFAULT-VALUE}).")
    int htmlLimit;

    @Override
    public Integer call() throws IOException, BundleException, InferenceException {
        ReportFolder folder = new ReportFolder(out);
        List<CaptionedImage> all = CaptionFile.read(data);
        List<CaptionedImage> images =
                all.stream().filter(this::isChosen).limit(limit).toList();
        if (images.isEmpty()) {
            throw new IOException("None of the %d images of %s is in the split %s; 'all' judges on every image"
                    .formatted(all.size(), data, name(split)));
        }
        List<SystemCaptions> systems = new ArrayList<>();
        Map<String, String> failures = new LinkedHashMap<>();
        try (StopSignal stop = new StopSignal()) {
            if (judged.captions != null) {
                systems.addAll(given(judged.captions, all));
            }
            for (Path bundle : judged.bundles) {
                if (!caption(ModelBundle.open(bundle), images, systems, failures, stop)) {
                    spec.commandLine().getOut().println("Stopped. Nothing was written.");
                    return StopSignal.EXIT_CODE;
                }
            }
            Report report = Report.of(Instant.now(), describe(all.size(), images.size()), images, systems, failures);
            folder.write(report, htmlLimit);
            print(report);
        }
        return 0;
    }

    private boolean isChosen(CaptionedImage image) {
        return split == Part.ALL || image.split().label().equals(name(split));
    }

    private static String name(Part part) {
        return part.name().toLowerCase(Locale.ROOT);
    }

    private static List<SystemCaptions> given(Path file, List<CaptionedImage> images) throws IOException {
        List<SystemCaptions> systems = CaptionResults.read(file);
        Set<String> known = new HashSet<>();
        images.forEach(image -> known.add(image.id()));
        for (SystemCaptions system : systems) {
            for (String id : system.captions().keySet()) {
                if (!known.contains(id)) {
                    throw new IOException(
                            "%s has a caption of image %s, which the data does not have".formatted(file, id));
                }
            }
        }
        return systems;
    }

    /** Whether it came to the end. */
    private boolean caption(
            ModelBundle bundle,
            List<CaptionedImage> images,
            List<SystemCaptions> systems,
            Map<String, String> failures,
            StopSignal stop)
            throws InferenceException {
        DecodingOptions options = options(bundle);
        ModelIdentity identity = bundle.identity();
        try (Captioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.of(device, precision, 0));
                ProgressBar bar = new ProgressBar(identity.name(), images.size())) {
            BundleCaptioning.Result result =
                    new BundleCaptioning(captioner, options, batchSize).caption(images, bar::stepBy, stop);
            failures.putAll(result.failures());
            systems.add(
                    new SystemCaptions(uniqueName(identity, systems), describe(captioner, options), result.captions()));
            return result.complete();
        }
    }

    private DecodingOptions options(ModelBundle bundle) {
        DecodingOptions own = bundle.manifest().decoding();
        return new DecodingOptions(
                beamWidth == null ? own.beamWidth() : beamWidth,
                maxLength == null ? own.maxLength() : maxLength,
                lengthPenalty == null ? own.lengthPenalty() : lengthPenalty,
                own.refinement());
    }

    private static String uniqueName(ModelIdentity identity, List<SystemCaptions> systems) {
        String name = identity.name() + " " + identity.version();
        boolean taken = systems.stream().anyMatch(system -> system.name().equals(name));
        return taken ? name + " " + identity.digest().substring(0, DIGEST_SHOWN) : name;
    }

    private static Map<String, String> describe(Captioner captioner, DecodingOptions options) {
        ModelIdentity identity = captioner.identity();
        PrecisionChoice precision = captioner.precision();
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("model", identity.name());
        properties.put("version", identity.version());
        properties.put("digest", identity.digest());
        properties.put("beamWidth", Integer.toString(options.beamWidth()));
        properties.put("maxLength", Integer.toString(options.maxLength()));
        properties.put("lengthPenalty", Double.toString(options.lengthPenalty()));
        if (options.refinement() != null) {
            properties.put("refinement", options.refinement().toString());
        }
        properties.put("precision", "%s (%s)".formatted(precision.precision(), precision.reason()));
        return properties;
    }

    private Map<String, String> describe(int all, int chosen) throws IOException {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("file", data.toString());
        properties.put(
                "digest", MoreFiles.asByteSource(data).hash(Hashing.sha256()).toString());
        properties.put("split", name(split));
        properties.put("images", "%d of %d".formatted(chosen, all));
        return properties;
    }

    private void print(Report report) {
        PrintWriter lines = spec.commandLine().getOut();
        for (Report.SystemScore system : report.systems()) {
            lines.println(system.name());
            system.metrics().forEach((name, value) -> lines.printf(Locale.ROOT, "  %-8s %.3f%n", name, value));
        }
        lines.printf(
                "%d images judged, %d left out%n",
                report.images().size(), report.failures().size());
        lines.println(out.resolve(ReportFolder.HTML));
        lines.flush();
    }
}
