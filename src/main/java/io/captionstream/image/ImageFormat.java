package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.NOT_AN_IMAGE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/** The formats that are read, told apart by how the bytes begin and by nothing else. */
enum ImageFormat {
    JPEG,
    PNG,
    GIF,
    BMP,
    WEBP;

    private static final Set<Integer> BMP_HEADER_LENGTHS = Set.of(12, 40, 52, 56, 64, 108, 124);

    /** Lower-case name, as in {@link LoadedImage#format()}. */
    String displayName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws ImageException {@code NOT_AN_IMAGE} if the bytes begin like none of the formats */
    static ImageFormat sniff(byte[] encoded) throws ImageException {
        if (startsWith(encoded, 0, "\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (startsWith(encoded, 0, "\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (startsWith(encoded, 0, "GIF87a") || startsWith(encoded, 0, "GIF89a")) {
            return GIF;
        }
        if (startsWith(encoded, 0, "RIFF") && startsWith(encoded, 8, "WEBP")) {
            return WEBP;
        }
        // "BM" alone is too common a beginning: one of the known lengths of the second header follows.
        if (startsWith(encoded, 0, "BM") && encoded.length >= 18 && BMP_HEADER_LENGTHS.contains((int) encoded[14])) {
            return BMP;
        }
        throw ImageException.decode(
                NOT_AN_IMAGE,
                "The " + encoded.length + " bytes are no JPEG, PNG, GIF, BMP or WebP; they begin with "
                        + HexFormat.of().formatHex(encoded, 0, Math.min(8, encoded.length)));
    }

    private static boolean startsWith(byte[] bytes, int offset, String magic) {
        byte[] wanted = magic.getBytes(ISO_8859_1);
        if (bytes.length < offset + wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[offset + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
