package io.captionstream.inference;

import io.captionstream.model.Captioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import java.util.ArrayList;
import java.util.List;

/**
 * Images of one batch that failed alone, until it is known who is to blame: they are if the model captions another image
 * after them, one of the batch or else the known-good one, and the model is if it does not. However many there are, the
 * known-good image is tried twice at most: for the first of them, so that a batch in a model that fails on everything
 * ends soon, and for those that are left in the end. A version that never captioned anything may fail on the generated
 * image for reasons of its own, so that the batch is tried to its end.
 */
final class Suspects {
    private final Captioner captioner;
    private final KnownGoodImage knownGood;
    private final Breaker breaker;
    private final BatcherListener listener;
    private final List<Suspect> suspects = new ArrayList<>();
    private boolean checked;

    private record Suspect(PendingImage image, InferenceException failure) {}

    Suspects(Captioner captioner, KnownGoodImage knownGood, Breaker breaker, BatcherListener listener) {
        this.captioner = captioner;
        this.knownGood = knownGood;
        this.breaker = breaker;
        this.listener = listener;
    }

    void add(PendingImage image, InferenceException failure) {
        suspects.add(new Suspect(image, failure));
        if (!checked) {
            checked = true;
            judge(!knownGood.isKnownOf(captioner));
        }
    }

    /** The model has captioned another image. */
    void blame() {
        suspects.forEach(suspect -> fail(suspect.image(), suspect.failure()));
        suspects.clear();
    }

    /** Decides about all that are left, and opens the breaker if the model is to blame. */
    void judge() {
        if (!suspects.isEmpty()) {
            judge(false);
        }
    }

    private void judge(boolean tryOthers) {
        InferenceException failure = knownGood.check(captioner);
        if (failure == null) {
            breaker.close();
            blame();
        } else if (failure.code() == Code.CLOSED) {
            acquit(failure);
        } else if (!tryOthers) {
            InferenceException last = suspects.get(suspects.size() - 1).failure();
            breaker.open("an image failed alone (%s: %s), and so did the known-good image (%s: %s)"
                    .formatted(last.code(), last.getMessage(), failure.code(), failure.getMessage()));
            acquit(breaker.refusal());
        }
    }

    private void acquit(InferenceException failure) {
        suspects.forEach(suspect -> fail(suspect.image(), failure));
        suspects.clear();
    }

    private void fail(PendingImage image, InferenceException failure) {
        listener.failed(failure.code());
        image.future().completeExceptionally(failure);
    }
}
