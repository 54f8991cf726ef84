package io.captionstream.cli;

import io.captionstream.doctor.Doctor;
import io.captionstream.doctor.DoctorConfig;
import io.captionstream.doctor.Finding;
import io.captionstream.doctor.RoleNeeds;
import io.captionstream.event.Topics;
import io.captionstream.model.CaptionerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at everything around the service. */
@Command(
        name = "doctor",
        description = {
            "Names what is wrong around the service, and says how to mend it.",
            "Looks at natives and device, models, disk, store, brokers, topics, rights, registry, schemas and clock. Run it",
            "where the service runs, with its settings. Exit code 1 if the service would not work."
        },
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private static final long MEGABYTE = 1_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    /** What a process does. */
    enum Role {
        CAPTION,
        TRAIN
    }

    @Option(
            names = "--role",
            split = ",",
            paramLabel = "ROLE",
            description = "caption, train or both (default: captionstream.roles, else caption).")
    List<Role> roles = List.of();

    @Option(
            names = "--models",
            split = ",",
            paramLabel = "FOLDER",
            description = "Folders of the bundles (default: captionstream.models).")
    List<Path> models = List.of();

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "auto, cpu or gpu (default: captionstream.inference.device, else auto).")
    CaptionerConfig.@Nullable Device device;

    @Option(
            names = "--min-disk",
            defaultValue = "1000",
            paramLabel = "MB",
            description = "Room that there should be (default: ${DEFAULT-VALUE}).")
    long minimumDisk;

    @Option(
            names = "--timeout",
            defaultValue = "10",
            paramLabel = "SECONDS",
            description = "How long each thing may take to answer (default: ${DEFAULT-VALUE}).")
    int timeout;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TopicOptions topics;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    StoreOptions store;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    BrokerOptions broker;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Finding> findings = new Doctor(config()).examine(finding -> {
            if (!json) {
                print(out, finding);
            }
        });
        if (json) {
            out.println(Json.of(findings));
        }
        long problems = findings.stream()
                .filter(finding -> finding.status() == Finding.Status.PROBLEM)
                .count();
        if (!json) {
            out.println(problems == 0 ? "The service can work here." : problems + " to mend.");
        }
        out.flush();
        return problems == 0 ? 0 : 1;
    }

    private DoctorConfig config() {
        CommandSettings settings = new CommandSettings();
        Topics names = topics.topics();
        Path state = Path.of(
                settings.text("state-directory", System.getProperty("java.io.tmpdir") + "/captionstream-state"));
        List<Path> folders = Stream.of(
                        Optional.of(state),
                        settings.text("store.cache-directory").map(Path::of),
                        settings.text("training.directory").map(Path::of))
                .flatMap(Optional::stream)
                .distinct()
                .toList();
        return new DoctorConfig(
                broker.settings(),
                names,
                needs(settings, names),
                settings.registersSchemas(),
                store.store().orElse(null),
                models.isEmpty()
                        ? settings.list("models").stream().map(Path::of).toList()
                        : models,
                folders,
                minimumDisk * MEGABYTE,
                device == null
                        ? CaptionerConfig.of(settings.text("inference.device", "auto"), "auto", 0)
                                .device()
                        : device,
                Duration.ofSeconds(timeout),
                Clock.systemUTC());
    }

    private List<RoleNeeds> needs(CommandSettings settings, Topics names) {
        List<Role> wanted = roles.isEmpty()
                ? settings.list("roles").stream().map(DoctorCommand::role).toList()
                : roles;
        List<RoleNeeds> needs = new ArrayList<>();
        if (wanted.isEmpty() || wanted.contains(Role.CAPTION)) {
            needs.add(RoleNeeds.caption(
                    names,
                    settings.text("caption.application-id", "captionstream-caption"),
                    settings.text("caption.processing-guarantee", "exactly_once_v2")
                            .equals("exactly_once_v2"),
                    settings.imageSizes()));
        }
        if (wanted.contains(Role.TRAIN)) {
            needs.add(RoleNeeds.train(
                    names,
                    settings.text("training.application-id", "captionstream-train"),
                    settings.value("training.partitions", Integer.class, 8),
                    settings.labelSizes()));
        }
        return needs;
    }

    private static Role role(String name) {
        return Stream.of(Role.values())
                .filter(role -> role.name().equalsIgnoreCase(name.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "captionstream.roles names %s; there are caption and train".formatted(name)));
    }

    private static void print(PrintWriter out, Finding finding) {
        String status =
                switch (finding.status()) {
                    case OK -> "ok      ";
                    case WARNING -> "warning ";
                    case PROBLEM -> "PROBLEM ";
                    case SKIPPED -> "skipped ";
                };
        out.println(status + finding.check() + ": " + (finding.ailment() == null ? "" : finding.ailment() + " ")
                + finding.message());
        if (!finding.remedy().isEmpty()) {
            out.println("        " + finding.remedy());
        }
        out.flush();
    }
}
