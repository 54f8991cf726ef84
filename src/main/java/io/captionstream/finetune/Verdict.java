package io.captionstream.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Says from scores whether the challenger is promoted, and why in words. */
final class Verdict {
    private final GateConfig config;

    Verdict(GateConfig config) {
        this.config = config;
    }

    /** The verdict where there are fewer images than it takes. */
    GateResult tooFew(int freshImages) {
        return new GateResult(
                false,
                text(
                        "too few new images to judge by: %d are held out, %d are needed; label more, or lower the gate's"
                                + " minimum",
                        freshImages, config.minimumImages()),
                Map.of("fresh.images", (double) freshImages));
    }

    /**
     * The verdict.
     *
     * @param old empty if there are no old images
     * @param sameWords whether both know the same words, so that their losses compare
     */
    GateResult of(Comparison fresh, Optional<Comparison> old, boolean sameWords) {
        double confidence = new PairedBootstrap(config.resamples(), config.seed()).confidence(fresh.differences());
        Map<String, Double> metrics = new TreeMap<>();
        fresh.addTo(metrics, "fresh");
        metrics.put("fresh.confidence", confidence);
        old.ifPresent(comparison -> {
            comparison.addTo(metrics, "old");
            metrics.put("old.fall", comparison.fall());
        });
        boolean better = confidence >= config.confidence();
        boolean forgets =
                old.map(comparison -> comparison.fall() > config.tolerance()).orElse(false);
        List<String> reasons = new ArrayList<>();
        reasons.add(onFresh(fresh, confidence));
        reasons.add(old.map(this::onOld).orElse("there are no old held-out images, the new ones alone decide"));
        if (!sameWords) {
            reasons.add("their losses do not compare, as they know different words");
        }
        return new GateResult(better && !forgets, String.join("; ", reasons), metrics);
    }

    private String onFresh(Comparison fresh, double confidence) {
        String where = text(
                "on %d new images: CIDEr-D %.2f, champion %.2f; exact %.1f%%, champion %.1f%%",
                fresh.images(),
                fresh.challenger().ciderD(),
                fresh.champion().ciderD(),
                100 * fresh.challenger().exactMatch(),
                100 * fresh.champion().exactMatch());
        String how = text(
                "in %.1f%% of the resamples it is better, %.1f%% are needed",
                100 * confidence, 100 * config.confidence());
        double gain = fresh.challenger().ciderD() - fresh.champion().ciderD();
        if (confidence >= config.confidence()) {
            return "better " + where + "; " + how;
        }
        if (gain < 0) {
            return "worse " + where;
        }
        return gain == 0 ? "no better " + where : "not surely better " + where + "; " + how;
    }

    private String onOld(Comparison old) {
        String where = text(
                "on %d old images: CIDEr-D %.2f, champion %.2f; exact %.1f%%, champion %.1f%%",
                old.images(),
                old.challenger().ciderD(),
                old.champion().ciderD(),
                100 * old.challenger().exactMatch(),
                100 * old.champion().exactMatch());
        if (old.fall() <= 0) {
            return "no worse " + where;
        }
        return text(
                "%s %s, a fall of %.2f%%, %.2f%% are allowed",
                old.fall() > config.tolerance() ? "forgets too much" : "hardly worse",
                where,
                100 * old.fall(),
                100 * config.tolerance());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
