package io.captionstream.finetune;

import com.google.common.primitives.ImmutableDoubleArray;
import io.captionstream.evaluation.Bleu;
import io.captionstream.evaluation.CaptionCase;
import io.captionstream.evaluation.CiderD;
import io.captionstream.evaluation.ExactCaption;
import io.captionstream.evaluation.MetricScore;
import java.util.List;

/**
 * What one model's captions of held-out images are worth.
 *
 * @param perImage CIDEr-D of each image
 * @param ciderD of all, their mean
 * @param bleu4 of all together
 * @param exactMatch share of captions that are a reference
 * @param loss mean per word of the references, nats; NaN if the model's weights cannot be had
 */
record SystemScores(ImmutableDoubleArray perImage, double ciderD, double bleu4, double exactMatch, double loss) {
    /** @param cases at least one */
    static SystemScores of(List<CaptionCase> cases, double loss) {
        MetricScore cider = new CiderD().score(cases);
        return new SystemScores(
                ImmutableDoubleArray.copyOf(cider.perImage()),
                cider.corpus(),
                new Bleu(4).score(cases).corpus(),
                new ExactCaption().score(cases).corpus(),
                loss);
    }

    int images() {
        return perImage.length();
    }
}
