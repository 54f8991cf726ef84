package io.captionstream.network;

/** What steers a search away from the most probable captions, see {@link RefinedSearch} and {@link Constraints}. */
record Steering(int minLength, int noRepeat, int groups, double diversity, double lengthPenalty) {
    static final Steering NONE = new Steering(0, 0, 1, 0, 0);

    Steering minLength(int tokens) {
        return new Steering(tokens, noRepeat, groups, diversity, lengthPenalty);
    }

    Steering noRepeat(int words) {
        return new Steering(minLength, words, groups, diversity, lengthPenalty);
    }

    Steering groups(int count, double strength) {
        return new Steering(minLength, noRepeat, count, strength, lengthPenalty);
    }

    Steering lengthPenalty(double alpha) {
        return new Steering(minLength, noRepeat, groups, diversity, alpha);
    }
}
