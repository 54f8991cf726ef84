package io.captionstream.text;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits captions into words as the captioning community does: lower case, tokens of the Penn Treebank ({@code it's}
 * becomes {@code it} and {@code 's}, {@code don't} becomes {@code do} and {@code n't}), punctuation dropped. It follows
 * coco-caption, which runs Stanford's PTBTokenizer and drops quotes, stops, commas, colons, semicolons and dashes, for
 * what captions hold; where it differs, docs/evaluation.md says so.
 */
public final class Tokenizer {
    private static final String CHARACTER = "[\\p{L}\\p{M}\\p{N}]";
    private static final String WORD = CHARACTER + "+";
    private static final String END = "(?!" + CHARACTER + ")";
    private static final String CLITIC = "n't|'(?:s|re|ve|ll|d|m)";

    private static final String ABBREVIATION =
            "(?:mr|mrs|ms|dr|prof|st|ave|blvd|rd|mt|ft|jr|sr|vs|etc|inc|co|corp|ltd|al|ca|sgt|capt|gen|col|lt|rev|gov|sen|rep"
                    + "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\\.|no\\.(?=\\s*\\p{N})";

    /** Times, dates and fractions: 5:30, 12/24/2012, 1/2. */
    private static final String TIME = "\\p{N}+(?:[:/]\\p{N}+)+";

    private static final String INITIALS = "\\p{L}(?:\\.\\p{L})+\\.?" + END;

    /** What begins with an apostrophe: 'em, 'n', '80s; or is a clitic that was written apart already. */
    private static final String APOSTROPHE =
            "'(?:em|tis|twas|til|cause|n'?|\\p{N}+s)" + END + "|(?:" + CLITIC + ")" + END;

    /** Numbers with separators, words, both with inner hyphens, up to two slashes, and apostrophes between letters. */
    private static final String COMPOUND = "(?:\\p{N}+(?:[.,]\\p{N}+)+|" + WORD + ")(?:(?:[_-]|(?<=\\p{L})'(?=\\p{L}))"
            + WORD + ")*(?:/" + WORD + "(?:[_-]" + WORD + ")*){0,2}";

    /** Signs that are read aloud. */
    private static final String SIGN = "[#@]\\p{L}+|[&%#@*/\\\\^\\p{Sm}\\p{Sc}\u00a9\u00ae\u00b0]";

    /** The first of the alternatives that fits, from left to right; what lies between is dropped. */
    private static final Pattern TOKEN =
            Pattern.compile(String.join("|", TIME, ABBREVIATION, INITIALS, APOSTROPHE, COMPOUND, SIGN));

    /** What Stanford's tokenizer makes of sentences that touch, lone letters, brackets and runs of marks. */
    private static final Pattern METRIC_TOKEN = Pattern.compile(String.join(
            "|",
            TIME,
            ABBREVIATION,
            INITIALS,
            "\\p{L}" + CHARACTER + "*(?:\\.\\p{L}[\\p{L}\\p{M}]*)+",
            "\\p{L}\\.",
            APOSTROPHE,
            COMPOUND,
            SIGN,
            "[?!]{2,}|[()\\[\\]{}]"));

    private static final Map<String, String> BRACKETS =
            ImmutableMap.of("(", "-lrb-", ")", "-rrb-", "[", "-lsb-", "]", "-rsb-", "{", "-lcb-", "}", "-rcb-");

    private static final Pattern WORD_AND_CLITIC = Pattern.compile("(.+?)(" + CLITIC + ")");

    private static final CharMatcher APOSTROPHES = CharMatcher.anyOf("\u2018\u2019\u02bc");
    private static final CharMatcher HYPHENS = CharMatcher.anyOf("\u2010\u2011");
    private static final CharMatcher SOFT_HYPHENS = CharMatcher.is('\u00ad');

    /** Two words that grew together. */
    private static final Map<String, List<String>> CONTRACTIONS = ImmutableMap.<String, List<String>>builder()
            .put("cannot", List.of("can", "not"))
            .put("gonna", List.of("gon", "na"))
            .put("wanna", List.of("wan", "na"))
            .put("gotta", List.of("got", "ta"))
            .put("gimme", List.of("gim", "me"))
            .put("lemme", List.of("lem", "me"))
            .put("'tis", List.of("'t", "is"))
            .put("'twas", List.of("'t", "was"))
            .buildOrThrow();

    private Tokenizer() {}

    /** The words of a caption in order, for training and vocabularies; empty if it has none. */
    public static List<String> tokenize(String caption) {
        return tokenize(caption, TOKEN);
    }

    /**
     * The words of a caption as published scores count them. Different from {@link #tokenize} only where coco-caption
     * keeps what is no word: brackets, by the names of the Treebank ({@code -lrb-}), runs of question and exclamation
     * marks, the stop after a lone letter, and the stop between sentences that touch ({@code table.the}).
     */
    public static List<String> tokenizeForMetrics(String caption) {
        return tokenize(caption, METRIC_TOKEN);
    }

    private static List<String> tokenize(String caption, Pattern pattern) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = pattern.matcher(normalize(caption));
        while (matcher.find()) {
            String token = matcher.group();
            tokens.addAll(split(BRACKETS.getOrDefault(token, token)));
        }
        return List.copyOf(tokens);
    }

    /** Letters and their marks in one character, one kind of apostrophe, hyphen and fraction, no hints for line breaks. */
    private static String normalize(String caption) {
        String text = Normalizer.normalize(caption, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
        String plain = SOFT_HYPHENS.removeFrom(HYPHENS.replaceFrom(APOSTROPHES.replaceFrom(text, '\''), '-'));
        return plain.replace("\u00bd", " 1/2").replace("\u00bc", " 1/4").replace("\u00be", " 3/4");
    }

    private static List<String> split(String word) {
        List<String> clitics = new ArrayList<>();
        String rest = word;
        for (Matcher matcher = WORD_AND_CLITIC.matcher(rest); matcher.matches(); matcher.reset(rest)) {
            clitics.add(matcher.group(2));
            rest = matcher.group(1);
        }
        List<String> tokens = new ArrayList<>(CONTRACTIONS.getOrDefault(rest, List.of(rest)));
        tokens.addAll(Lists.reverse(clitics));
        return tokens;
    }
}
