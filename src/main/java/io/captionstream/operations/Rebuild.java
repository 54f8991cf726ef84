package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import io.captionstream.learning.RunListener;
import io.captionstream.learning.RunPlan;
import io.captionstream.learning.TrainedBundle;
import io.captionstream.learning.TrainingRun;
import io.captionstream.model.BundleException;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.operations.OperationException.Kind;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Makes a version again, from the plan in its bundle, and compares. Nothing is stored or released. */
public final class Rebuild {
    private static final String EXPIRED = "expired";

    private final ModelOperations models;
    private final TrainingRun runs;

    /** @param runs carries the plan out; with a folder of its own, so that what it goes on from is its own */
    public Rebuild(ModelOperations models, TrainingRun runs) {
        this.models = requireNonNull(models, "models is null");
        this.runs = requireNonNull(runs, "runs is null");
    }

    /**
     * What came of it.
     *
     * @param equal whether the bundle has the digest of the version
     * @param explanation what is different if not, for people
     * @param diff how the version differs from what was made now
     */
    public record Result(boolean equal, String explanation, ModelDiff diff) {
        public Result {
            requireNonNull(explanation, "explanation is null");
            requireNonNull(diff, "diff is null");
        }
    }

    /**
     * Rebuilds a version, or goes on with it.
     *
     * @param version its name, or the beginning of its digest
     * @return empty if it was stopped
     * @throws OperationException if there is no such version, or it was not made from the log
     */
    public Optional<Result> run(String model, String version, RunListener listener, BooleanSupplier stop)
            throws IOException, BundleException, InferenceException, OperationException {
        ModelBundle original = models.open(model, version);
        RunPlan plan = plan(original);
        Optional<TrainedBundle> trained = runs.train(plan, listener, stop);
        if (trained.isEmpty()) {
            return Optional.empty();
        }
        ModelDiff diff = ModelDiff.of(original, trained.get().bundle());
        boolean equal = diff.before().digest().equals(diff.after().digest());
        int expired = trained.get().labels().outcomes().getOrDefault(EXPIRED, 0);
        runs.forget(plan);
        return Optional.of(new Result(equal, equal ? "" : explanation(diff, expired), diff));
    }

    private static RunPlan plan(ModelBundle original) throws OperationException {
        try {
            return RunPlan.of(original);
        } catch (IllegalArgumentException e) {
            throw new OperationException(Kind.CONFLICT, String.valueOf(e.getMessage()), e);
        }
    }

    private static String explanation(ModelDiff diff, int expired) {
        if (expired > 0) {
            return "%d offsets of its ranges are gone from the log".formatted(expired);
        }
        if (!diff.lineage().isEmpty()) {
            return "the inputs differ: " + String.join(", ", diff.lineage().keySet());
        }
        return "the inputs are the same: another machine, other libraries or another build of this program compute"
                + " other last digits";
    }
}
