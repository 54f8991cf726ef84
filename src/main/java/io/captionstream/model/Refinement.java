package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * What a search does beyond looking for the most probable captions. A diversity has no effect without groups, a
 * {@code topK} none without a temperature.
 *
 * @param minLength fewest tokens, the end token included; 0 and 1 allow any length
 * @param noRepeatNgram length of the sequences of words that a caption must not have twice; 0 allows all, 1 forbids every
 *     repeated word
 * @param beamGroups groups of beams that keep apart (Vijayakumar et al. 2016, "Diverse Beam Search"); 1 is a plain search
 * @param diversity what a word's log-probability loses for each time that an earlier group has just chosen the word
 * @param penaltyInSearch whether beams also compete by their score during the search, not only at its end
 * @param temperature above 0, captions are drawn at random, each word from the probabilities raised to
 *     {@code 1 / temperature}; 0 searches
 * @param topK draws from so many most likely words; 0 from all
 */
public record Refinement(
        int minLength,
        int noRepeatNgram,
        int beamGroups,
        double diversity,
        boolean penaltyInSearch,
        double temperature,
        int topK) {
    /** Nothing of it. */
    public static final Refinement NONE = new Refinement(0, 0, 1, 0, false, 0, 0);

    public Refinement {
        checkArgument(minLength >= 0, "minLength must not be negative: %s", minLength);
        checkArgument(noRepeatNgram >= 0, "noRepeatNgram must not be negative: %s", noRepeatNgram);
        checkArgument(beamGroups > 0, "beamGroups must be positive: %s", beamGroups);
        checkArgument(
                Double.isFinite(diversity) && diversity >= 0,
                "diversity must be finite and not negative: %s",
                diversity);
        checkArgument(temperature >= 0 && temperature <= 100, "temperature must be within 0 and 100: %s", temperature);
        checkArgument(topK >= 0, "topK must not be negative: %s", topK);
        checkArgument(
                temperature == 0 || (beamGroups == 1 && !penaltyInSearch),
                "captions drawn at a temperature have neither groups of beams nor a length penalty in the search");
    }

    /** Without what has no effect, so that equal searches are equal. */
    Refinement effective(double lengthPenalty) {
        return new Refinement(
                minLength == 1 ? 0 : minLength,
                noRepeatNgram,
                beamGroups,
                beamGroups == 1 ? 0 : diversity,
                penaltyInSearch && lengthPenalty > 0,
                temperature,
                temperature == 0 ? 0 : topK);
    }

    /** Whether captions are drawn at random. */
    public boolean samples() {
        return temperature > 0;
    }
}
