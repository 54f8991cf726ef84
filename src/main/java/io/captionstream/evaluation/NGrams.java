package io.captionstream.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs of 1 to {@link #LONGEST} words of a caption, counted. */
final class NGrams {
    static final int LONGEST = 4;

    private NGrams() {}

    /** How often each n-gram, its words joined by spaces, occurs; at index {@code n - 1} those of {@code n} words. */
    static List<Map<String, Integer>> count(List<String> words) {
        List<Map<String, Integer>> counts = new ArrayList<>();
        for (int n = 1; n <= LONGEST; n++) {
            Map<String, Integer> ofLength = new HashMap<>();
            for (int from = 0; from + n <= words.size(); from++) {
                ofLength.merge(String.join(" ", words.subList(from, from + n)), 1, Integer::sum);
            }
            counts.add(ofLength);
        }
        return counts;
    }
}
