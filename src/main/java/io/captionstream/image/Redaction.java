package io.captionstream.image;

import java.util.Locale;

/** Shortens URIs for messages: what may hold a secret or a whole image is left out. */
final class Redaction {
    private static final int MAX_LENGTH = 200;

    private Redaction() {}

    static String redact(String uri) {
        String head = uri.length() > 2048 ? uri.substring(0, 2048) : uri;
        if (head.regionMatches(true, 0, "data:", 0, 5)) {
            int comma = head.indexOf(',');
            return printable(head.substring(0, comma >= 0 && comma <= 64 ? comma : 5)) + ",... (" + uri.length()
                    + " characters)";
        }
        int end = head.length();
        // Presigned URLs carry their signature in the query.
        for (char delimiter : new char[] {'?', '#'}) {
            int at = head.indexOf(delimiter);
            end = at >= 0 ? Math.min(end, at) : end;
        }
        String shown = head.substring(0, end);
        int authority = shown.indexOf("://");
        if (authority >= 0 && !shown.toLowerCase(Locale.ROOT).startsWith("s3:")) {
            int slash = shown.indexOf('/', authority + 3);
            int at = shown.lastIndexOf('@', slash >= 0 ? slash : shown.length() - 1);
            if (at > authority) {
                shown = shown.substring(0, authority + 3) + "***" + shown.substring(at);
            }
        }
        String suffix = end < head.length() ? "?..." : "";
        return printable(shown.length() > MAX_LENGTH ? shown.substring(0, MAX_LENGTH) + "..." : shown) + suffix;
    }

    /** Keeps control characters out of logs and record headers. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> printable.appendCodePoint(
                        Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c));
        return printable.toString();
    }
}
