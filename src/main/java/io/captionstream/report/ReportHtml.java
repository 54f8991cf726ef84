package io.captionstream.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import io.captionstream.evaluation.CaptionMetric;
import io.captionstream.image.ImageException;
import io.captionstream.model.Alternative;
import io.captionstream.report.Report.CaptionScore;
import io.captionstream.report.Report.ImageScore;
import io.captionstream.report.Report.SystemScore;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A report for people: one page without anything outside of it, the worst images with their pictures. Pictures are
 * decoded one by one as the page is written.
 */
final class ReportHtml {
    private static final String TEMPLATE = "report.mustache";
    private static final String EXACT = "exact";
    private static final String DIFFERENCE = "d";

    private final Report report;
    private final int limit;
    private final List<String> metrics =
            CaptionMetric.all().stream().map(CaptionMetric::name).toList();

    /** @param limit largest number of images on the page */
    ReportHtml(Report report, int limit) {
        this.report = report;
        this.limit = limit;
    }

    void write(Path file) throws IOException {
        Template template;
        try (Reader text = new InputStreamReader(
                requireNonNull(ReportHtml.class.getResourceAsStream(TEMPLATE), TEMPLATE), UTF_8)) {
            template = Mustache.compiler().compile(text);
        }
        try (Writer html = Files.newBufferedWriter(file)) {
            template.execute(page(), html);
        }
    }

    private Page page() {
        List<ImageScore> worst =
                report.images().subList(0, Math.min(limit, report.images().size()));
        String shown = worst.size() < report.images().size() ? ", the %d worst".formatted(worst.size()) : "";
        return new Page(
                "Captions of "
                        + report.systems().stream().map(SystemScore::name).collect(Collectors.joining(" and "))
                        + shown,
                report.createdAt().toString(),
                metrics,
                report.systems().stream()
                        .map(system ->
                                new SystemView(system.name(), values(system.metrics()), texts(system.properties())))
                        .toList(),
                texts(report.data()),
                report.images().size(),
                report.failures().size(),
                !report.failures().isEmpty(),
                texts(report.failures())
                        .subList(0, Math.min(limit, report.failures().size())),
                orders(),
                () -> worst.stream().map(this::card).iterator());
    }

    /** What cards can be ordered by; the first is how they lie. */
    private List<Order> orders() {
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < metrics.size(); i++) {
            orders.add(new Order("m" + i, metrics.get(i)));
        }
        if (report.systems().size() > 1) {
            orders.add(new Order(
                    DIFFERENCE,
                    "%s of %s minus that of %s"
                            .formatted(
                                    metrics.get(0),
                                    report.systems().get(1).name(),
                                    report.systems().get(0).name())));
        }
        return orders;
    }

    private Card card(ImageScore image) {
        PictureInPage thumbnail = null;
        String noThumbnail = "";
        try {
            thumbnail = PictureInPage.of(image.image().file());
        } catch (IOException | ImageException e) {
            noThumbnail = "The picture cannot be shown: " + e.getMessage();
        }
        String search = Stream.of(
                        Stream.of(image.image().id()),
                        image.image().captions().stream(),
                        image.captions().stream().map(score -> score.caption().text()))
                .flatMap(texts -> texts)
                .collect(Collectors.joining("\n"))
                .toLowerCase(Locale.ROOT);
        return new Card(
                image.image().id(),
                search,
                keys(image),
                thumbnail,
                noThumbnail,
                image.image().captions(),
                IntStream.range(0, image.captions().size())
                        .mapToObj(i -> caption(
                                report.systems().get(i).name(), image.captions().get(i)))
                        .toList());
    }

    private List<Value> keys(ImageScore image) {
        List<Value> keys = new ArrayList<>();
        CaptionScore first = image.captions().get(0);
        for (int i = 0; i < metrics.size(); i++) {
            keys.add(new Value("m" + i, number(first.metric(metrics.get(i)))));
        }
        if (image.captions().size() > 1) {
            double second = image.captions().get(1).metric(metrics.get(0));
            keys.add(new Value(DIFFERENCE, number(second - first.metric(metrics.get(0)))));
        }
        return keys;
    }

    private CaptionView caption(String system, CaptionScore score) {
        Double confidence = score.caption().confidence();
        List<Value> scores = new ArrayList<>(values(score.metrics()));
        scores.removeIf(value -> value.name().equals(EXACT));
        if (confidence != null) {
            scores.add(new Value("confidence", number(confidence)));
        }
        return new CaptionView(
                system,
                score.caption().text(),
                score.metric(EXACT) == 1,
                scores,
                score.caption().alternatives().stream().map(ReportHtml::beam).toList());
    }

    private static Beam beam(Alternative alternative) {
        return new Beam(
                alternative.tokens().stream()
                        .map(token -> new Word(token.text(), number(Math.exp(token.logProbability()))))
                        .toList(),
                number(alternative.score()),
                number(alternative.logProbability()),
                !alternative.complete());
    }

    private List<Value> values(Map<String, Double> scores) {
        return metrics.stream()
                .map(name -> new Value(name, number(requireNonNull(scores.get(name)))))
                .toList();
    }

    private static List<Value> texts(Map<String, String> texts) {
        return texts.entrySet().stream()
                .map(entry -> new Value(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    // The names below are those of the template.

    private record Page(
            String title,
            String createdAt,
            List<String> metricNames,
            List<SystemView> systems,
            List<Value> data,
            int judged,
            int leftOutCount,
            boolean hasLeftOut,
            List<Value> leftOut,
            List<Order> orders,
            Iterable<Card> cards) {}

    private record SystemView(String name, List<Value> metrics, List<Value> properties) {}

    private record Value(String name, String value) {}

    private record Order(String key, String name) {}

    private record Card(
            String id,
            String search,
            List<Value> keys,
            @Nullable PictureInPage thumbnail,
            String noThumbnail,
            List<String> references,
            List<CaptionView> captions) {}

    private record CaptionView(String system, String caption, boolean exact, List<Value> scores, List<Beam> beams) {}

    private record Beam(List<Word> tokens, String score, String logProbability, boolean cut) {}

    private record Word(String word, String probability) {}
}
