package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.INVALID_REFERENCE;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_BYTES;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.Locale;

/**
 * Decodes data URIs (RFC 2397), strictly: base64 of the standard alphabet with or without padding and without white
 * space, or percent-encoded bytes. The media type is not looked at.
 */
final class DataSource implements ImageSource {
    private static final int PREFIX = "data:".length();
    private static final int MAX_MEDIA_TYPE = 256;

    private final long maxBytes;

    DataSource(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public byte[] fetch(String uri, Fetch fetch) throws ImageException, InterruptedException {
        int comma = uri.indexOf(',');
        if (comma < 0 || comma > MAX_MEDIA_TYPE) {
            throw invalid("it has no comma where one should be");
        }
        boolean base64 = uri.substring(PREFIX, comma).toLowerCase(Locale.ROOT).endsWith(";base64");
        long length = base64 ? (uri.length() - comma - 1L) * 3 / 4 : percentDecodedLength(uri, comma + 1);
        if (length > maxBytes + 2) {
            throw tooManyBytes(length);
        }
        fetch.reserve(length);
        byte[] bytes = base64 ? decodeBase64(uri, comma + 1) : decodePercent(uri, comma + 1);
        if (bytes.length > maxBytes) {
            throw tooManyBytes(bytes.length);
        }
        return bytes;
    }

    private static byte[] decodeBase64(String uri, int from) throws ImageException {
        try {
            // URIs may escape +, / and =.
            byte[] text = uri.indexOf('%', from) >= 0
                    ? decodePercent(uri, from)
                    : uri.substring(from).getBytes(ISO_8859_1);
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw invalid("its base64 is malformed");
        }
    }

    private static long percentDecodedLength(String uri, int from) {
        long escapes = uri.chars().skip(from).filter(c -> c == '%').count();
        return Math.max(0, uri.length() - from - 2 * escapes);
    }

    private static byte[] decodePercent(String uri, int from) throws ImageException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length() - from);
        for (int i = from; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c > '~') {
                throw invalid("it has a character that must be escaped at index " + i);
            }
            if (c != '%') {
                bytes.write(c);
                continue;
            }
            int high = i + 2 < uri.length() ? Character.digit(uri.charAt(i + 1), 16) : -1;
            int low = i + 2 < uri.length() ? Character.digit(uri.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw invalid("it has a broken escape at index " + i);
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        return bytes.toByteArray();
    }

    private ImageException tooManyBytes(long length) {
        return ImageException.fetch(TOO_MANY_BYTES, "The image has " + length + " bytes, the limit is " + maxBytes);
    }

    private static ImageException invalid(String how) {
        return ImageException.fetch(INVALID_REFERENCE, "The data URI is malformed: " + how);
    }
}
