package io.captionstream.embedded;

/**
 * How many rounds tests play that play any: a few by default, twenty times as many in the profile {@code soak}, and any
 * other multiple by the system property {@code tests.scale}.
 */
public final class Scale {
    private static final int FACTOR = Integer.getInteger("tests.scale", 1);

    private Scale() {}

    /** How many rounds to play where a build usually plays so many. */
    public static int rounds(int usually) {
        return Math.multiplyExact(usually, FACTOR);
    }

    /** How much to do of a whole where a build usually does a share: so many times the share, the whole at most. */
    public static int of(int share, int whole) {
        return (int) Math.min(whole, (long) share * FACTOR);
    }
}
