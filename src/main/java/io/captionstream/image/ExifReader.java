package io.captionstream.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the one EXIF tag that changes the picture. What is damaged is ignored, as viewers do. */
final class ExifReader {
    private static final int ORIENTATION = 0x0112;
    private static final int SHORT = 3;

    private ExifReader() {}

    /**
     * @param tiff the EXIF data from its TIFF header on ("II" or "MM")
     */
    static Orientation orientation(ByteBuffer tiff) {
        ByteBuffer data = tiff.slice();
        if (data.remaining() < 8) {
            return Orientation.NORMAL;
        }
        short order = data.getShort(0);
        if (order == 0x4949) {
            data.order(ByteOrder.LITTLE_ENDIAN);
        } else if (order != 0x4d4d) {
            return Orientation.NORMAL;
        }
        int directory = data.getInt(4);
        if (data.getShort(2) != 42 || directory < 8 || directory > data.limit() - 2) {
            return Orientation.NORMAL;
        }
        int entries = Short.toUnsignedInt(data.getShort(directory));
        for (int i = 0, entry = directory + 2; i < entries && entry <= data.limit() - 12; i++, entry += 12) {
            if (Short.toUnsignedInt(data.getShort(entry)) == ORIENTATION && data.getShort(entry + 2) == SHORT) {
                return Orientation.of(Short.toUnsignedInt(data.getShort(entry + 8)));
            }
        }
        return Orientation.NORMAL;
    }
}
