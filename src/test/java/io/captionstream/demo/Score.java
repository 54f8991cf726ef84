package io.captionstream.demo;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts outcomes, and the captions that say exactly what is true. */
final class Score {
    private final List<String> models;
    private final Map<String, Integer> exact = new TreeMap<>();
    private int events;
    private int captions;
    private int deadLetters;

    Score(List<String> models) {
        this.models = List.copyOf(models);
    }

    void published() {
        events++;
    }

    void captioned(Map<String, String> captionByModel, String truth) {
        captions++;
        captionByModel.forEach((model, caption) -> {
            if (caption.equals(truth)) {
                exact.merge(model, 1, Integer::sum);
            }
        });
    }

    void deadLettered() {
        deadLetters++;
    }

    int outcomes() {
        return captions + deadLetters;
    }

    /** The summary line. */
    String summary(double seconds) {
        String shares = models.stream()
                .map(model -> String.format(Locale.ROOT, "%.1f%% %s", share(model), model))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%d events: %d captions, %d dead letters, %.1f captions/s, exact: %s",
                events,
                captions,
                deadLetters,
                captions / Math.max(seconds, 1e-9),
                shares);
    }

    private double share(String model) {
        return captions == 0 ? 0 : 100.0 * exact.getOrDefault(model, 0) / captions;
    }
}
