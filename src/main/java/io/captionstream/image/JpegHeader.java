package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CORRUPT_IMAGE;
import static io.captionstream.image.ImageErrorCode.UNSUPPORTED_IMAGE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * What stands before a JPEG's first scan (ITU-T T.81, annex B).
 *
 * @param componentIds identifiers of the frame's components, 1, 3 or 4 of them
 * @param coefficients number of DCT coefficients over all components
 * @param adobeTransform colour transform of the Adobe segment, -1 if there is none
 * @param scanOffset where the first scan begins
 * @param essentials the bytes up to the first scan without application and comment segments
 */
@SuppressWarnings("ArrayRecordComponent")
record JpegHeader(
        int width,
        int height,
        int[] componentIds,
        long coefficients,
        boolean progressive,
        boolean jfif,
        int adobeTransform,
        Orientation orientation,
        int scanOffset,
        byte[] essentials) {
    private static final int SOI = 0xd8;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;

    static JpegHeader parse(byte[] jpeg) throws ImageException {
        return new Parser(jpeg).parse();
    }

    /** Number of scans in all of the image; each costs a pass over its coefficients. */
    static int countScans(byte[] jpeg, int offset) {
        int scans = 0;
        for (int i = offset; i + 1 < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xff && jpeg[i + 1] == (byte) SOS) {
                scans++;
            }
        }
        return scans;
    }

    private static final class Parser {
        private final ByteBuffer jpeg;
        private final ByteArrayOutputStream essentials = new ByteArrayOutputStream(1024);
        private int width;
        private int height;
        private int[] componentIds = {};
        private long coefficients;
        private boolean progressive;
        private boolean jfif;
        private int adobeTransform = -1;
        private Orientation orientation = Orientation.NORMAL;

        Parser(byte[] bytes) {
            jpeg = ByteBuffer.wrap(bytes);
        }

        JpegHeader parse() throws ImageException {
            copy(0, 2);
            jpeg.position(2);
            while (true) {
                int start = nextMarker();
                int marker = jpeg.get(start + 1) & 0xff;
                if (marker == EOI || marker == SOI) {
                    throw corrupt("it ends before its first scan");
                }
                if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
                    continue;
                }
                int length = segmentLength();
                if (marker == SOS) {
                    if (componentIds.length == 0) {
                        throw corrupt("a scan comes before the frame header");
                    }
                    return new JpegHeader(
                            width,
                            height,
                            componentIds,
                            coefficients,
                            progressive,
                            jfif,
                            adobeTransform,
                            orientation,
                            start,
                            essentials.toByteArray());
                }
                int end = start + 2 + length;
                segment(marker, jpeg.slice(start + 4, length - 2));
                if (marker < 0xe0) {
                    copy(start, end);
                }
                jpeg.position(end);
            }
        }

        private void segment(int marker, ByteBuffer data) throws ImageException {
            switch (marker) {
                case 0xc0, 0xc1, 0xc2 -> frame(marker, data);
                case 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf ->
                    throw ImageException.decode(
                            UNSUPPORTED_IMAGE,
                            "Only baseline, extended and progressive Huffman-coded JPEG is read, this is process SOF"
                                    + (marker - 0xc0));
                case 0xe0 -> jfif |= startsWith(data, "JFIF\0");
                case 0xe1 -> {
                    if (startsWith(data, "Exif\0\0")) {
                        orientation = ExifReader.orientation(data.slice(6, data.limit() - 6));
                    }
                }
                case 0xee -> {
                    if (startsWith(data, "Adobe") && data.limit() >= 12) {
                        adobeTransform = data.get(11) & 0xff;
                    }
                }
                default -> {}
            }
        }

        private void frame(int marker, ByteBuffer data) throws ImageException {
            if (componentIds.length > 0) {
                throw corrupt("it has two frame headers");
            }
            if (data.limit() < 6 || data.limit() < 6 + 3 * (data.get(5) & 0xff)) {
                throw corrupt("its frame header is cut off");
            }
            int precision = data.get(0) & 0xff;
            int components = data.get(5) & 0xff;
            height = Short.toUnsignedInt(data.getShort(1));
            width = Short.toUnsignedInt(data.getShort(3));
            if (width == 0 || height == 0) {
                throw corrupt("its size is " + width + " x " + height);
            }
            if (precision != 8 || (components != 1 && components != 3 && components != 4)) {
                throw ImageException.decode(
                        UNSUPPORTED_IMAGE,
                        "JPEG of 8 bits and 1, 3 or 4 components is read, this one has " + precision + " bits and "
                                + components + " components");
            }
            progressive = marker == 0xc2;
            componentIds = new int[components];
            int largestFactors = 1;
            int factors = 0;
            for (int i = 0; i < components; i++) {
                componentIds[i] = data.get(6 + 3 * i) & 0xff;
                int sampling = data.get(7 + 3 * i) & 0xff;
                int area = (sampling >> 4) * (sampling & 0xf);
                factors += area;
                largestFactors = Math.max(largestFactors, area);
            }
            coefficients = (long) width * height * factors / largestFactors;
        }

        /** Leaves the position behind the marker and returns where its 0xff stands; skips fill and stray bytes. */
        private int nextMarker() throws ImageException {
            while (jpeg.remaining() >= 2) {
                int at = jpeg.position();
                int code = jpeg.get(at + 1) & 0xff;
                if (jpeg.get(at) == (byte) 0xff && code != 0xff && code != 0) {
                    jpeg.position(at + 2);
                    return at;
                }
                jpeg.position(at + 1);
            }
            throw corrupt("it ends before its first scan");
        }

        private int segmentLength() throws ImageException {
            if (jpeg.remaining() < 2) {
                throw corrupt("it ends before its first scan");
            }
            int length = Short.toUnsignedInt(jpeg.getShort(jpeg.position()));
            if (length < 2 || length > jpeg.remaining()) {
                throw corrupt("a segment of its header is cut off");
            }
            return length;
        }

        private void copy(int from, int to) {
            essentials.write(jpeg.array(), from, to - from);
        }

        private static boolean startsWith(ByteBuffer data, String magic) {
            byte[] wanted = magic.getBytes(ISO_8859_1);
            return data.limit() >= wanted.length && data.slice(0, wanted.length).equals(ByteBuffer.wrap(wanted));
        }

        private static ImageException corrupt(String how) {
            return ImageException.decode(CORRUPT_IMAGE, "The JPEG is damaged: " + how);
        }
    }
}
