package io.captionstream.live;

import io.captionstream.event.CaptionAlternative;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ModelCaption;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A caption event as a page shows it.
 *
 * @param partition where the image event is
 * @param offset where the image event is
 * @param at when the captions were complete
 * @param latencyMillis from the image event's time until then
 * @param models what each model said
 */
public record CaptionView(
        String id, int partition, long offset, Instant at, long latencyMillis, Picture image, List<Model> models) {
    /** What was seen of the image. */
    public record Picture(int width, int height, String format, long bytes) {}

    /**
     * What one model said.
     *
     * @param confidence how likely it is that the caption is right; null if the bundle has no calibration
     * @param alternatives best first
     */
    public record Model(
            String model,
            String version,
            String caption,
            @Nullable Double confidence,
            int batchSize,
            long queueMicros,
            long inferenceMicros,
            String precision,
            List<Alternative> alternatives) {}

    /**
     * One beam.
     *
     * @param probability of the whole caption by the model, from 0 to 1
     * @param complete false if it was cut at the greatest length
     */
    public record Alternative(String text, double probability, boolean complete, List<Word> words) {}

    /**
     * One word.
     *
     * @param probability given the image and the words before it, from 0 to 1
     */
    public record Word(String word, double probability) {}

    static CaptionView of(CaptionEvent event) {
        var origin = event.getOrigin();
        var image = event.getImage();
        return new CaptionView(
                event.getId(),
                origin.getPartition(),
                origin.getOffset(),
                event.getCaptionedAt(),
                Math.max(
                        0,
                        event.getCaptionedAt().toEpochMilli()
                                - origin.getTimestamp().toEpochMilli()),
                new Picture(image.getWidth(), image.getHeight(), image.getFormat(), image.getBytes()),
                event.getCaptions().stream().map(CaptionView::model).toList());
    }

    private static Model model(ModelCaption caption) {
        return new Model(
                caption.getModel(),
                caption.getVersion(),
                caption.getCaption(),
                caption.getConfidence(),
                caption.getBatchSize(),
                caption.getQueueMicros(),
                caption.getInferenceMicros(),
                caption.getPrecision(),
                caption.getAlternatives().stream().map(CaptionView::alternative).toList());
    }

    private static Alternative alternative(CaptionAlternative alternative) {
        return new Alternative(
                alternative.getText(),
                Math.exp(alternative.getLogProbability()),
                alternative.getComplete(),
                alternative.getTokens().stream()
                        .map(token -> new Word(token.getToken(), Math.exp(token.getLogProbability())))
                        .toList());
    }
}
