package io.captionstream.finetune;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;

/** Champion and challenger on the same images, in the same order. */
record Comparison(SystemScores champion, SystemScores challenger) {
    Comparison {
        checkArgument(champion.images() == challenger.images(), "the images are not the same");
    }

    int images() {
        return champion.images();
    }

    /** CIDEr-D of the challenger less that of the champion, of each image. */
    double[] differences() {
        double[] differences = new double[images()];
        for (int image = 0; image < differences.length; image++) {
            differences[image] =
                    challenger.perImage().get(image) - champion.perImage().get(image);
        }
        return differences;
    }

    /** The share of the champion's CIDEr-D that the challenger lacks; negative if it has more, 0 if there is none to lose. */
    double fall() {
        return champion.ciderD() == 0 ? 0 : (champion.ciderD() - challenger.ciderD()) / champion.ciderD();
    }

    void addTo(Map<String, Double> metrics, String name) {
        metrics.put(name + ".images", (double) images());
        add(metrics, name + ".ciderD", champion.ciderD(), challenger.ciderD());
        add(metrics, name + ".bleu4", champion.bleu4(), challenger.bleu4());
        add(metrics, name + ".exactMatch", champion.exactMatch(), challenger.exactMatch());
        add(metrics, name + ".loss", champion.loss(), challenger.loss());
    }

    private static void add(Map<String, Double> metrics, String name, double ofChampion, double ofChallenger) {
        if (!Double.isNaN(ofChampion)) {
            metrics.put(name + ".champion", ofChampion);
        }
        if (!Double.isNaN(ofChallenger)) {
            metrics.put(name + ".challenger", ofChallenger);
        }
    }
}
