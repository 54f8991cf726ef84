package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.MODEL_MISSING;
import static io.captionstream.doctor.Ailment.MODEL_UNUSABLE;

import io.captionstream.model.BundleException;
import io.captionstream.model.ModelBundle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The folders of the models are bundles. */
final class ModelCheck implements Check {
    private final DoctorConfig config;

    ModelCheck(DoctorConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return "models";
    }

    @Override
    public List<Finding> run() {
        if (!config.captions()) {
            return List.of(Finding.ok(name(), "none are served in this role"));
        }
        if (config.models().isEmpty()) {
            return List.of(Finding.problem(
                    name(),
                    MODEL_MISSING,
                    "No model is configured",
                    "Set captionstream.models to the folders of the bundles, with commas between"));
        }
        List<Finding> findings = new ArrayList<>();
        for (Path folder : config.models()) {
            findings.add(look(folder));
        }
        return findings;
    }

    private Finding look(Path folder) {
        try {
            ModelBundle bundle = ModelBundle.open(folder);
            return Finding.ok(
                    name(),
                    "%s is %s version %s"
                            .formatted(
                                    folder,
                                    bundle.manifest().name(),
                                    bundle.identity().version()));
        } catch (BundleException e) {
            return Finding.problem(
                    name(),
                    MODEL_UNUSABLE,
                    "%s: %s".formatted(folder, e.getMessage()),
                    "Put a complete bundle there: copy it again, or fetch the version from the store");
        }
    }
}
