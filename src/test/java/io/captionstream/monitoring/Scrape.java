package io.captionstream.monitoring;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a service answers when it is asked for its metrics, once or several times, in Prometheus' text format. */
public final class Scrape {
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{((?:[^\"}]|\"(?:[^\"\\\\]|\\\\.)*\")*)})? (\\S+)(?: .*)?");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Set<String> SUFFIXES = Set.of("_bucket", "_count", "_sum");

    private static final String TOTAL = "_total";

    private final Map<String, String> types = new TreeMap<>();
    private final Map<String, List<Sample>> samples = new TreeMap<>();

    /** A line. */
    public record Sample(String name, Map<String, String> labels, double value) {}

    /** Adds an answer to those before: a series that was seen once has been there. */
    public void add(String text) {
        text.lines().forEach(line -> {
            Matcher type = TYPE.matcher(line);
            if (type.matches()) {
                types.put(name(type.group(1), type.group(2)), type.group(2));
            } else if (!line.startsWith("#") && !line.isBlank()) {
                add(sample(line));
            }
        });
    }

    /** One of the two versions of the format leaves the suffix of counters out where it names the type. */
    private static String name(String name, String type) {
        return type.equals("counter") && !name.endsWith(TOTAL) ? name + TOTAL : name;
    }

    private static Sample sample(String line) {
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            throw new IllegalArgumentException("Not a sample: " + line);
        }
        Map<String, String> labels = new HashMap<>();
        if (sample.group(2) != null) {
            Matcher label = LABEL.matcher(sample.group(2));
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
        }
        double value = sample.group(3).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(sample.group(3));
        return new Sample(sample.group(1), labels, value);
    }

    private void add(Sample sample) {
        List<Sample> series = samples.computeIfAbsent(sample.name(), name -> new ArrayList<>());
        series.removeIf(before -> before.labels().equals(sample.labels()));
        series.add(sample);
    }

    /** The latest of every series with this name. */
    public List<Sample> samples(String name) {
        return samples.getOrDefault(name, List.of());
    }

    /** Sum of the series with these labels; NaN if there are none. */
    public double sum(String name, Map<String, String> labels) {
        List<Sample> matching = samples(name).stream()
                .filter(sample -> sample.labels().entrySet().containsAll(labels.entrySet()))
                .toList();
        return matching.isEmpty()
                ? Double.NaN
                : matching.stream().mapToDouble(Sample::value).sum();
    }

    /** Type by name of the metrics that begin so. */
    public Map<String, String> types(String prefix) {
        return types.entrySet().stream()
                .filter(type -> type.getKey().startsWith(prefix))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }

    /** Labels of a metric, but for those that its type brings. */
    public Set<String> labels(String metric) {
        return Stream.concat(Stream.of(""), SUFFIXES.stream())
                .flatMap(suffix -> samples(metric + suffix).stream())
                .flatMap(sample -> sample.labels().keySet().stream())
                .filter(label -> !label.equals("le"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
