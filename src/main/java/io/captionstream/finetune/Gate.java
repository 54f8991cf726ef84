package io.captionstream.finetune;

import static java.util.Objects.requireNonNull;

import io.captionstream.evaluation.CaptionCase;
import io.captionstream.model.Captioner;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.CaptionerConfig.Device;
import io.captionstream.model.CaptionerConfig.Precision;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.training.CaptionEvaluation;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import io.captionstream.training.TeacherForcedLoss;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Judges whether a challenger may take the champion's place. Both caption held-out images through the engine that serves,
 * each with its own decoding defaults. The challenger is promoted if it is surely better on the fresh ones, by CIDEr-D
 * and a paired bootstrap, and does not fall on the old ones by more than is allowed.
 *
 * <p>Test images are held out. Validation images are, too, if the challenger's lineage says that none of them chose the
 * epoch it ended with, which is {@link FineTune} without patience.
 */
public final class Gate {
    private static final CaptionerConfig ENGINE = new CaptionerConfig(Device.AUTO, Precision.FP32, 0);

    private final GateConfig config;

    public Gate(GateConfig config) {
        this.config = requireNonNull(config, "config is null");
    }

    /**
     * Judges.
     *
     * @param data of all splits; those that are trained on are passed over
     * @throws io.captionstream.training.MalformedDatasetException if an image cannot be decoded
     * @throws InferenceException if a model cannot be loaded or fails
     */
    public GateResult judge(ModelBundle champion, ModelBundle challenger, LearningData data)
            throws IOException, InferenceException {
        Set<Split> splits = heldOut(challenger.manifest().lineage());
        List<CaptionedImage> fresh = chosen(data.fresh(), splits);
        List<CaptionedImage> old = chosen(data.old(), splits);
        Verdict verdict = new Verdict(config);
        if (fresh.size() < config.minimumImages()) {
            return verdict.tooFew(fresh.size());
        }
        Scores ofChampion = scores(champion, fresh, old);
        Scores ofChallenger = scores(challenger, fresh, old);
        return verdict.of(
                new Comparison(ofChampion.fresh, ofChallenger.fresh),
                ofChampion.old.flatMap(before -> ofChallenger.old.map(after -> new Comparison(before, after))),
                challenger.vocabulary().words().equals(champion.vocabulary().words()));
    }

    static Set<Split> heldOut(Map<String, String> lineage) {
        boolean unseen =
                FineTuneConfig.isIn(lineage) && FineTuneConfig.fromMap(lineage).patience() == 0;
        return unseen ? Set.of(Split.VALIDATION, Split.TEST) : Set.of(Split.TEST);
    }

    private List<CaptionedImage> chosen(List<CaptionedImage> images, Set<Split> splits) {
        return HashOrder.choose(
                images.stream().filter(image -> splits.contains(image.split())).toList(),
                config.maximumImages(),
                "gate");
    }

    private record Scores(SystemScores fresh, Optional<SystemScores> old) {}

    private static Scores scores(ModelBundle bundle, List<CaptionedImage> fresh, List<CaptionedImage> old)
            throws IOException, InferenceException {
        List<CaptionCase> freshCases;
        List<CaptionCase> oldCases;
        try (Captioner captioner = DjlCaptioner.load(bundle, ENGINE)) {
            CaptionEvaluation evaluation =
                    new CaptionEvaluation(bundle.manifest().decoding());
            freshCases = evaluation.cases(captioner, fresh);
            oldCases = old.isEmpty() ? List.of() : evaluation.cases(captioner, old);
        }
        if (bundle.manifest().network() == null) {
            return scores(freshCases, oldCases, Double.NaN, Double.NaN);
        }
        try (TeacherForcedLoss loss = TeacherForcedLoss.load(bundle)) {
            return scores(freshCases, oldCases, loss.of(fresh), old.isEmpty() ? Double.NaN : loss.of(old));
        }
    }

    private static Scores scores(List<CaptionCase> fresh, List<CaptionCase> old, double freshLoss, double oldLoss) {
        return new Scores(
                SystemScores.of(fresh, freshLoss),
                old.isEmpty() ? Optional.empty() : Optional.of(SystemScores.of(old, oldLoss)));
    }
}
