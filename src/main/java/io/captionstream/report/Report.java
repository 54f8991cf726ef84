package io.captionstream.report;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import io.captionstream.evaluation.CaptionCase;
import io.captionstream.evaluation.CaptionMetric;
import io.captionstream.evaluation.MetricScore;
import io.captionstream.report.SystemCaptions.Caption;
import io.captionstream.training.CaptionedImage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Captions of one or several systems, judged on the same images.
 *
 * @param createdAt when
 * @param data what was judged on: file, digest, split and the like
 * @param systems at least one
 * @param images worst first, by the first metric of the first system
 * @param failures why images were left out, by image id
 */
public record Report(
        Instant createdAt,
        Map<String, String> data,
        List<SystemScore> systems,
        List<ImageScore> images,
        Map<String, String> failures) {
    /** The measure that images are ranked by comes first, and one that tells a caption without any hit from another. */
    private static final List<CaptionMetric> METRICS = CaptionMetric.all();

    private static final List<String> RANKING = List.of("CIDEr-D", "ROUGE-L", "BLEU-1");

    public Report {
        requireNonNull(createdAt, "createdAt is null");
        data = ImmutableMap.copyOf(data);
        systems = List.copyOf(systems);
        images = List.copyOf(images);
        failures = ImmutableMap.copyOf(failures);
    }

    /**
     * A system.
     *
     * @param properties what its captions depend on
     * @param metrics of all images together, by the metric's name
     */
    public record SystemScore(String name, Map<String, String> properties, Map<String, Double> metrics) {
        public SystemScore {
            properties = ImmutableMap.copyOf(properties);
            metrics = ImmutableMap.copyOf(metrics);
        }
    }

    /**
     * An image.
     *
     * @param captions one for each system
     */
    public record ImageScore(CaptionedImage image, List<CaptionScore> captions) {
        public ImageScore {
            captions = List.copyOf(captions);
        }
    }

    /**
     * A caption.
     *
     * @param metrics of the image alone, by the metric's name
     */
    public record CaptionScore(Caption caption, Map<String, Double> metrics) {
        public CaptionScore {
            metrics = ImmutableMap.copyOf(metrics);
        }

        double metric(String name) {
            return requireNonNull(metrics.get(name), name);
        }
    }

    /**
     * Judges systems on the images that all of them have a caption for.
     *
     * @param failures why images were left out, by image id; those without a caption of every system are added
     * @throws IllegalArgumentException if there is no such image
     */
    public static Report of(
            Instant createdAt,
            Map<String, String> data,
            List<CaptionedImage> images,
            List<SystemCaptions> systems,
            Map<String, String> failures) {
        checkArgument(!systems.isEmpty(), "there is no system to judge");
        Map<String, String> leftOut = new LinkedHashMap<>(failures);
        List<CaptionedImage> judged = new ArrayList<>();
        for (CaptionedImage image : images) {
            if (systems.stream().allMatch(system -> system.captions().containsKey(image.id()))) {
                judged.add(image);
            } else {
                leftOut.putIfAbsent(image.id(), "there is no caption of it");
            }
        }
        checkArgument(!judged.isEmpty(), "none of the %s images has a caption to judge", images.size());
        List<SystemScore> scores = new ArrayList<>();
        List<List<CaptionScore>> captions = new ArrayList<>();
        judged.forEach(image -> captions.add(new ArrayList<>()));
        for (SystemCaptions system : systems) {
            scores.add(judge(system, judged, captions));
        }
        List<ImageScore> ranked = new ArrayList<>();
        for (int i = 0; i < judged.size(); i++) {
            ranked.add(new ImageScore(judged.get(i), captions.get(i)));
        }
        ranked.sort(worstFirst());
        return new Report(createdAt, data, scores, ranked, leftOut);
    }

    private static SystemScore judge(
            SystemCaptions system, List<CaptionedImage> images, List<List<CaptionScore>> captions) {
        List<CaptionCase> cases = images.stream()
                .map(image -> CaptionCase.of(image.id(), caption(system, image).text(), image.captions()))
                .toList();
        Map<String, Double> corpus = new LinkedHashMap<>();
        List<Map<String, Double>> perImage = new ArrayList<>();
        images.forEach(image -> perImage.add(new LinkedHashMap<>()));
        for (CaptionMetric metric : METRICS) {
            MetricScore score = metric.score(cases);
            corpus.put(metric.name(), score.corpus());
            for (int i = 0; i < images.size(); i++) {
                perImage.get(i).put(metric.name(), score.perImage().get(i));
            }
        }
        for (int i = 0; i < images.size(); i++) {
            captions.get(i).add(new CaptionScore(caption(system, images.get(i)), perImage.get(i)));
        }
        return new SystemScore(system.name(), system.properties(), corpus);
    }

    private static Caption caption(SystemCaptions system, CaptionedImage image) {
        return requireNonNull(system.captions().get(image.id()));
    }

    private static Comparator<ImageScore> worstFirst() {
        Comparator<ImageScore> order =
                Comparator.comparingDouble(image -> image.captions().get(0).metric(RANKING.get(0)));
        for (String metric : RANKING.subList(1, RANKING.size())) {
            order = order.thenComparingDouble(image -> image.captions().get(0).metric(metric));
        }
        return order.thenComparing(image -> image.image().id());
    }
}
