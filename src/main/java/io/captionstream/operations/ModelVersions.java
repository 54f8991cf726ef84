package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a model.
 *
 * @param model its name
 * @param reason why what is in service is, as its release says; null if nothing has been released, and services serve the
 *     bundle they were configured with
 * @param trial the trial that goes on; null if none does
 * @param versions the one in service first, then the one on trial, then those to go back to in the order in which a
 *     rollback takes them, then the others, newest first; each bundle once
 */
public record ModelVersions(
        String model, @Nullable String reason, @Nullable TrialState trial, List<ModelVersion> versions) {
    /**
     * A version tried beside the one in service.
     *
     * @param mode {@code shadow} or {@code canary}
     * @param percentage of the images
     * @param automatic whether labels that come in promote or end it
     */
    public record TrialState(String version, String mode, int percentage, boolean automatic) {}

    public ModelVersions {
        requireNonNull(model, "model is null");
        versions = List.copyOf(versions);
    }

    /** The version in service, if any was released. */
    public Optional<ModelVersion> live() {
        return versions.stream()
                .filter(version -> version.status() == VersionStatus.LIVE)
                .findFirst();
    }

    /**
     * The version that is meant.
     *
     * @param words its version, or at least {@value ModelVersion#MIN_DIGEST} digits its digest begins with
     * @throws OperationException if it is none or more than one
     */
    public ModelVersion require(String words) throws OperationException {
        List<ModelVersion> meant =
                versions.stream().filter(version -> version.isMeantBy(words)).toList();
        if (meant.size() == 1) {
            return meant.get(0);
        }
        if (meant.isEmpty()) {
            throw new OperationException(
                    OperationException.Kind.NOT_FOUND,
                    "%s has no version %s; it has %s"
                            .formatted(
                                    model,
                                    words,
                                    versions.isEmpty()
                                            ? "none"
                                            : versions.stream()
                                                    .map(ModelVersion::version)
                                                    .distinct()
                                                    .collect(Collectors.joining(", "))));
        }
        throw new OperationException(
                OperationException.Kind.CONFLICT,
                "%s has several bundles that %s may mean; name one by the beginning of its digest: %s"
                        .formatted(
                                model,
                                words,
                                meant.stream().map(ModelVersion::digest).collect(Collectors.joining(", "))));
    }
}
