package io.captionstream.monitoring;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The series that an expression in Prometheus' query language reads, and the labels that it groups or joins by. It is
 * not evaluated, nor checked beyond that: promtool does so.
 */
public final class PromQl {
    private static final Pattern TOKEN = Pattern.compile("(?<space>\\s+|#.*)"
            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"
            + "|(?<name>\\$?[a-zA-Z_:][\\w:]*)"
            + "|(?<range>\\[[^]]*])"
            + "|(?<number>\\d[\\w.]*|\\.\\d+)"
            + "|(?<sign>=~|!~|==|!=|>=|<=|[-+*/%^<>=(){},@])");
    private static final Set<String> GROUPINGS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> KEYWORDS = Set.of("and", "or", "unless", "bool", "offset", "inf", "nan");
    private static final Set<String> AGGREGATIONS = Set.of(
            "sum",
            "min",
            "max",
            "avg",
            "count",
            "group",
            "topk",
            "bottomk",
            "quantile",
            "stddev",
            "stdvar",
            "count_values");

    private final List<String> tokens = new ArrayList<>();
    private final List<Selector> selectors = new ArrayList<>();
    private final Set<String> groupings = new LinkedHashSet<>();
    private int position;

    /** One series or many: {@code metric{label="value"}}. */
    public record Selector(String metric, List<Matching> matchings) {
        /** Whether a series with these labels is meant; what stands for a variable is taken to fit. */
        boolean fits(Scrape.Sample sample) {
            return sample.name().equals(metric)
                    && matchings.stream()
                            .allMatch(matching -> matching.fits(sample.labels().getOrDefault(matching.label(), "")));
        }

        /** Whether the service can have such series, as far as a scrape shows. */
        public boolean isIn(Scrape scrape) {
            return scrape.samples(metric).stream().anyMatch(this::fits);
        }
    }

    /** What a label must be. */
    public record Matching(String label, String sign, String value) {
        boolean fits(String actual) {
            // Those that Prometheus adds are not in what the service says.
            if (value.contains("$") || TARGET_LABELS.contains(label)) {
                return true;
            }
            return switch (sign) {
                case "=" -> actual.equals(value);
                case "!=" -> !actual.equals(value);
                case "=~" -> actual.matches(value);
                case "!~" -> !actual.matches(value);
                default -> throw new IllegalArgumentException("no such sign: " + sign);
            };
        }
    }

    /** Of whatever is scraped. */
    static final Set<String> TARGET_LABELS = Set.of("namespace", "job", "instance", "pod");

    private PromQl(String expression) {
        Matcher token = TOKEN.matcher(expression);
        int end = 0;
        while (token.lookingAt()) {
            if (token.group("space") == null) {
                tokens.add(token.group());
            }
            end = token.end();
            token.region(end, expression.length());
        }
        checkArgument(end == expression.length(), "Not understood from here: %s", expression.substring(end));
        while (position < tokens.size()) {
            next();
        }
    }

    /** @throws IllegalArgumentException if it cannot be read */
    public static PromQl parse(String expression) {
        return new PromQl(expression);
    }

    public List<Selector> selectors() {
        return List.copyOf(selectors);
    }

    /** Labels named by {@code by}, {@code on} and the like. */
    public Set<String> groupings() {
        return Set.copyOf(groupings);
    }

    private void next() {
        String token = tokens.get(position++);
        if (GROUPINGS.contains(token)) {
            labels();
        } else if (isName(token) && !KEYWORDS.contains(token) && !AGGREGATIONS.contains(token) && !peek("(")) {
            selectors.add(new Selector(token, peek("{") ? matchings() : List.of()));
        }
    }

    private static boolean isName(String token) {
        return token.matches("[a-zA-Z_:].*");
    }

    private boolean peek(String token) {
        return position < tokens.size() && tokens.get(position).equals(token);
    }

    private void labels() {
        // group_left and group_right may stand alone.
        if (!peek("(")) {
            return;
        }
        for (position++; !peek(")"); position++) {
            if (!peek(",")) {
                groupings.add(tokens.get(position));
            }
        }
        position++;
    }

    private List<Matching> matchings() {
        List<Matching> matchings = new ArrayList<>();
        position++;
        while (!peek("}")) {
            if (peek(",")) {
                position++;
                continue;
            }
            String value = tokens.get(position + 2);
            matchings.add(new Matching(
                    tokens.get(position), tokens.get(position + 1), value.substring(1, value.length() - 1)));
            position += 3;
        }
        position++;
        return matchings;
    }
}
