package io.captionstream.demo;

import io.captionstream.event.CaptionAlternative;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ModelCaption;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Captions beside what is true, for people to read. */
final class CaptionLines {
    private CaptionLines() {}

    /**
     * The captions of an event.
     *
     * @param truth null if it is not known
     * @param remark what to say behind the best caption of a model; may be empty
     */
    static String of(CaptionEvent event, @Nullable String truth, Function<ModelCaption, String> remark) {
        StringBuilder lines = new StringBuilder();
        lines.append(event.getId());
        lines.append(truth == null ? "  (yours)" : "  truth: " + truth).append('\n');
        for (ModelCaption caption : event.getCaptions()) {
            String mark = truth == null ? " " : caption.getCaption().equals(truth) ? "✓" : "✗";
            lines.append(String.format(
                    Locale.ROOT,
                    "  %s %-18s %s%s%n",
                    mark,
                    caption.getModel(),
                    describe(caption.getAlternatives().get(0)),
                    remark.apply(caption)));
            caption.getAlternatives().stream()
                    .skip(1)
                    .forEach(alternative ->
                            lines.append(String.format(Locale.ROOT, "    %-18s %s%n", "", describe(alternative))));
        }
        return lines.toString();
    }

    private static String describe(CaptionAlternative alternative) {
        return String.format(
                Locale.ROOT, "%5.1f%%  %s", 100 * Math.exp(alternative.getLogProbability()), alternative.getText());
    }
}
