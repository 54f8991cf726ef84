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
 * what captions hold; where it differs, docs/evaluation.md says so. Training and metrics use it alike.
 */
public final class Tokenizer {
    private static final String CHARACTER = "[\\p{L}\\p{M}\\p{N}]";
    private static final String END = "(?!" + CHARACTER + ")";
    private static final String CLITIC = "n't|'(?:s|re|ve|ll|d|m)";

    /** The first of these that fits, from left to right; what lies between is dropped. */
    private static final Pattern TOKEN = Pattern.compile(String.join(
            "|",
            // Times, dates and fractions: 5:30, 12/24/2012, 1/2.
            "\\p{N}+(?:[:/]\\p{N}+)+",
            // Abbreviations keep their stop, and so do initials: u.s., a.m.
            "(?:mr|mrs|ms|dr|st|mt|jr|sr|vs|etc)\\.",
            "\\p{L}(?:\\.\\p{L})+\\.?" + END,
            // Words that begin with an apostrophe: 'em, 'n', '80s.
            "'(?:em|tis|twas|til|n'?|\\p{N}+s)" + END,
            // A clitic that was written apart already.
            "(?:" + CLITIC + ")" + END,
            // Numbers with separators, words, both with inner hyphens, slashes and apostrophes.
            "(?:\\p{N}+(?:[.,]\\p{N}+)+|" + CHARACTER + "+)(?:['/-]" + CHARACTER + "+)*",
            // Signs that are read aloud.
            "[&%#@*/\\\\^\\p{Sm}\\p{Sc}\\p{So}]"));

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
            .buildOrThrow();

    private Tokenizer() {}

    /** The words of a caption in order; empty if it has none. */
    public static List<String> tokenize(String caption) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(normalize(caption));
        while (matcher.find()) {
            tokens.addAll(split(matcher.group()));
        }
        return List.copyOf(tokens);
    }

    /** Letters and their marks in one character, one kind of apostrophe and of hyphen, no hints for line breaks. */
    private static String normalize(String caption) {
        String text = Normalizer.normalize(caption, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
        return SOFT_HYPHENS.removeFrom(HYPHENS.replaceFrom(APOSTROPHES.replaceFrom(text, '\''), '-'));
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
