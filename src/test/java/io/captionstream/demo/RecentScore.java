package io.captionstream.demo;

import com.google.common.collect.EvictingQueue;
import io.captionstream.event.ModelCaption;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;

/** How many of the latest captions of each model say exactly what is true, by the lesson that their scenes are of. */
final class RecentScore {
    private static final int WINDOW = 40;

    private final Map<String, Queue<Boolean>> windows = new TreeMap<>();

    void add(ModelCaption caption, Lesson lesson, String truth) {
        window(caption, lesson).add(caption.getCaption().equals(truth));
    }

    private Queue<Boolean> window(ModelCaption caption, Lesson lesson) {
        // Each version begins anew.
        String key = "%s %s %s".formatted(caption.getModel(), caption.getVersion(), lesson);
        return windows.computeIfAbsent(key, unused -> EvictingQueue.create(WINDOW));
    }

    /** Of the version that made the caption. */
    int captions(ModelCaption caption, Lesson lesson) {
        return window(caption, lesson).size();
    }

    /** Share of 1. */
    double exact(ModelCaption caption, Lesson lesson) {
        Queue<Boolean> window = window(caption, lesson);
        return window.isEmpty()
                ? 0
                : (double) window.stream().filter(exact -> exact).count() / window.size();
    }

    String describe(ModelCaption caption, Lesson lesson) {
        return String.format(
                Locale.ROOT,
                "version %s: %.0f%% of its last %d %s scenes exact",
                caption.getVersion(),
                100 * exact(caption, lesson),
                captions(caption, lesson),
                lesson == Lesson.KNOWN ? "known" : "new");
    }
}
