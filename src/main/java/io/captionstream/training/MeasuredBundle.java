package io.captionstream.training;

import com.google.common.primitives.ImmutableDoubleArray;
import io.captionstream.evaluation.CalibrationError;
import io.captionstream.evaluation.ExactMatch;
import io.captionstream.evaluation.LogisticRegression;
import io.captionstream.evaluation.LogisticRegression.Observation;
import io.captionstream.model.Alternative;
import io.captionstream.model.Bfloat16Agreement;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleQuality;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.Captioner;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.CaptionerConfig.Device;
import io.captionstream.model.CaptionerConfig.Precision;
import io.captionstream.model.ConfidenceCalibration;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes bundles that know how good they are. The captions that a draft serves for images it was not trained on are
 * judged through the engine that serves, and what they come to is written into the bundle:
 *
 * <ul>
 *   <li>a caption is right if it is, word by word, one of the references; {@code exactMatch} is the share of those,
 *   <li>images of the validation split fit the confidence, the others say how far it is off: {@code calibrationError},
 *   <li>all of them say how many captions stay the same in bfloat16, on a CPU that has instructions for it.
 * </ul>
 */
public final class MeasuredBundle {
    private static final int FEWEST_CALIBRATED = 50;

    private MeasuredBundle() {}

    /**
     * Measures and writes.
     *
     * @param folder must not exist; appears complete or not at all
     * @param contents metrics and quality among them are kept where they are not measured again
     * @param heldOut may be empty, then nothing is measured
     * @throws MalformedDatasetException if an image cannot be decoded
     */
    public static ModelBundle write(Path folder, BundleWriter.Contents contents, List<CaptionedImage> heldOut)
            throws IOException, BundleException, InferenceException {
        if (heldOut.isEmpty()) {
            return BundleWriter.write(folder, contents);
        }
        try (DraftBundle draft = DraftBundle.write(contents)) {
            return BundleWriter.write(folder, measured(contents, draft.bundle(), heldOut));
        }
    }

    private static BundleWriter.Contents measured(
            BundleWriter.Contents contents, ModelBundle draft, List<CaptionedImage> heldOut)
            throws IOException, InferenceException {
        List<Alternative> captions = captions(draft, heldOut, Precision.FP32);
        List<Judged> validation = new ArrayList<>();
        List<Judged> test = new ArrayList<>();
        for (int i = 0; i < captions.size(); i++) {
            CaptionedImage image = heldOut.get(i);
            Judged judged = new Judged(
                    captions.get(i), ExactMatch.matches(captions.get(i).text(), image.captions()));
            (image.split() == Split.VALIDATION ? validation : test).add(judged);
        }
        Map<String, Double> metrics = new TreeMap<>(contents.metrics());
        if (!test.isEmpty()) {
            metrics.put(
                    "exactMatch", (double) test.stream().filter(Judged::right).count() / test.size());
            metrics.put("testImages", (double) test.size());
        }
        ConfidenceCalibration confidence = contents.quality().confidence();
        if (validation.size() >= FEWEST_CALIBRATED) {
            confidence = calibration(validation);
            metrics.put("calibrationImages", (double) validation.size());
            if (!test.isEmpty()) {
                metrics.put("calibrationError", calibrationError(confidence, test));
            }
        }
        return contents.measured(
                metrics, new BundleQuality(confidence, bfloat16(draft, heldOut, captions, contents.quality())));
    }

    private record Judged(Alternative caption, boolean right) {}

    private static ConfidenceCalibration calibration(List<Judged> captions) {
        LogisticRegression fit = LogisticRegression.fit(captions.stream()
                .map(judged -> new Observation(
                        ImmutableDoubleArray.copyOf(ConfidenceCalibration.features(judged.caption)), judged.right))
                .toList());
        return new ConfidenceCalibration(
                fit.bias(), fit.weights().get(0), fit.weights().get(1));
    }

    private static double calibrationError(ConfidenceCalibration confidence, List<Judged> captions) {
        CalibrationError error = new CalibrationError();
        captions.forEach(judged -> error.add(confidence.of(judged.caption), judged.right));
        return error.value();
    }

    private static @Nullable Bfloat16Agreement bfloat16(
            ModelBundle draft, List<CaptionedImage> images, List<Alternative> full, BundleQuality before)
            throws IOException, InferenceException {
        if (!DjlCaptioner.hasBfloat16()) {
            // Without the instructions the graph would run as before, and all captions agree.
            return before.bfloat16();
        }
        List<Alternative> captions = captions(draft, images, Precision.BF16);
        int same = 0;
        for (int i = 0; i < captions.size(); i++) {
            same += captions.get(i).text().equals(full.get(i).text()) ? 1 : 0;
        }
        return new Bfloat16Agreement((double) same / captions.size(), captions.size());
    }

    private static List<Alternative> captions(ModelBundle bundle, List<CaptionedImage> images, Precision precision)
            throws IOException, InferenceException {
        // Measured before anything says that bfloat16 may be used.
        CaptionerConfig config = new CaptionerConfig(Device.CPU, precision, 0, 0);
        try (Captioner captioner = DjlCaptioner.load(bundle, config)) {
            return new CaptionEvaluation(bundle.manifest().decoding()).best(captioner, images);
        }
    }
}
