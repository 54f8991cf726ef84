package io.captionstream.caption;

import io.captionstream.event.CaptionAlternative;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ImageInfo;
import io.captionstream.event.ModelCaption;
import io.captionstream.event.TokenScore;
import io.captionstream.image.LoadedImage;
import io.captionstream.inference.Inference;
import io.captionstream.model.Alternative;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.Refinement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes caption events of what the image and the models gave. */
final class CaptionEvents {
    private CaptionEvents() {}

    /**
     * @param inferences one per model of the request, in its order
     * @param captionedAt when the last of them was there
     */
    static CaptionEvent captionEvent(
            CaptionRequest request, LoadedImage image, List<Inference> inferences, Instant captionedAt) {
        return CaptionEvent.newBuilder()
                .setId(request.id())
                .setCaptions(inferences.stream()
                        .map(inference -> modelCaption(inference, request))
                        .toList())
                .setImage(new ImageInfo(image.width(), image.height(), image.format(), image.bytes(), image.digest()))
                .setOrigin(request.origin())
                .setFetchMicros(micros(image.fetchTime()))
                .setDecodeMicros(micros(image.decodeTime()))
                .setAttributes(request.attributes())
                .setCaptionedAt(captionedAt)
                .build();
    }

    private static ModelCaption modelCaption(Inference inference, CaptionRequest request) {
        DecodingOptions options = request.options();
        Refinement refinement = options.refined();
        return ModelCaption.newBuilder()
                .setModel(inference.model().name())
                .setVersion(inference.model().version())
                .setWeightsDigest(inference.model().digest())
                .setCaption(inference.alternatives().get(0).text())
                .setAlternatives(inference.alternatives().stream()
                        .map(CaptionEvents::alternative)
                        .toList())
                .setBeamWidth(options.beamWidth())
                .setMaxLength(options.maxLength())
                .setLengthPenalty(options.lengthPenalty())
                .setMinLength(refinement.minLength())
                .setNoRepeatNgram(refinement.noRepeatNgram())
                .setBeamGroups(refinement.beamGroups())
                .setDiversity(refinement.diversity())
                .setPenaltyInSearch(refinement.penaltyInSearch())
                .setTemperature(refinement.temperature())
                .setTopK(refinement.topK())
                .setSeed(refinement.samples() ? request.seed() : null)
                .setConfidence(inference.confidence())
                .setPrecision(inference.precision())
                .setBatchSize(inference.batchSize())
                .setQueueMicros(micros(inference.queueTime()))
                .setInferenceMicros(micros(inference.inferenceTime()))
                .build();
    }

    private static CaptionAlternative alternative(Alternative alternative) {
        return new CaptionAlternative(
                alternative.text(),
                alternative.logProbability(),
                alternative.score(),
                alternative.complete(),
                alternative.tokens().stream()
                        .map(token -> new TokenScore(token.text(), token.logProbability()))
                        .toList());
    }

    private static long micros(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
    }
}
