package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CORRUPT_IMAGE;

import io.captionstream.image.Bitmap.Grid;
import io.captionstream.image.Bitmap.Space;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * PNG (W3C Portable Network Graphics, second edition), all colour types, bit depths and both interlace methods. Two rows
 * and the picked pixels are all the memory it takes; of the ancillary chunks only transparency and EXIF are looked at.
 */
final class PngImage implements EncodedImage {
    private static final int SIGNATURE = 8;
    /** First column, first row, column step, row step of the seven passes of Adam7. */
    private static final int[][] ADAM7 = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private static final int[][] WHOLE = {{0, 0, 1, 1}};

    private final List<ByteBuffer> data = new ArrayList<>();
    private final ByteBuffer header;
    private final PngPixels pixels;
    private Orientation orientation = Orientation.NORMAL;

    PngImage(byte[] encoded) throws ImageException {
        ByteBuffer png = ByteBuffer.wrap(encoded);
        header = chunk(png, SIGNATURE);
        if (!isType(png, SIGNATURE, "IHDR") || header.limit() != 13) {
            throw corrupt("it does not begin with its header");
        }
        if (width() < 1 || height() < 1) {
            throw corrupt("its size is " + width() + " x " + height());
        }
        @Nullable ByteBuffer palette = null;
        @Nullable ByteBuffer transparency = null;
        int offset = SIGNATURE + 12 + header.limit();
        while (!isType(png, offset, "IEND")) {
            ByteBuffer chunk = chunk(png, offset);
            if (isType(png, offset, "IDAT")) {
                checkSum(png, offset, chunk);
                data.add(chunk);
            } else if (isType(png, offset, "PLTE")) {
                checkSum(png, offset, chunk);
                palette = chunk;
            } else if (isType(png, offset, "tRNS")) {
                transparency = chunk;
            } else if (isType(png, offset, "eXIf")) {
                orientation = ExifReader.orientation(chunk);
            }
            offset += 12 + chunk.limit();
        }
        pixels = PngPixels.of(header.get(9) & 0xff, header.get(8) & 0xff, palette, transparency);
        if (header.get(10) != 0 || header.get(11) != 0 || (header.get(12) & 0xff) > 1) {
            throw corrupt("its compression, filter or interlace method is unknown");
        }
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.PNG;
    }

    @Override
    public int width() {
        return header.getInt(0);
    }

    @Override
    public int height() {
        return header.getInt(4);
    }

    @Override
    public Orientation orientation() {
        return orientation;
    }

    @Override
    public boolean canSkipPixels() {
        return true;
    }

    @Override
    public long decodeBytes(Grid grid) {
        return (long) grid.columns() * grid.rows() * 3 + 2 * pixels.rowBytes(width());
    }

    @Override
    public Bitmap decode(Grid grid) throws ImageException {
        byte[] rgb = new byte[grid.columns() * grid.rows() * 3];
        Inflater inflater = new Inflater();
        try {
            Rows rows = new Rows(inflater);
            for (int[] pass : header.get(12) == 1 ? ADAM7 : WHOLE) {
                decodePass(pass, rows, grid, rgb);
            }
        } finally {
            inflater.end();
        }
        return new Bitmap(rgb, Space.RGB, grid);
    }

    private void decodePass(int[] pass, Rows rows, Grid grid, byte[] rgb) throws ImageException {
        int columns = Math.floorDiv(width() - pass[0] + pass[2] - 1, pass[2]);
        int count = Math.floorDiv(height() - pass[1] + pass[3] - 1, pass[3]);
        if (columns <= 0 || count <= 0) {
            return;
        }
        byte[] row = new byte[Math.toIntExact(pixels.rowBytes(columns))];
        byte[] above = new byte[row.length];
        for (int i = 0; i < count; i++) {
            int filter = rows.next(row);
            unfilter(filter, row, above, pixels.filterDistance());
            int y = pass[1] + i * pass[3] - grid.firstY();
            if (y >= 0 && y % grid.stepY() == 0) {
                pixels.pick(row, columns, pass[0], pass[2], grid, rgb, y / grid.stepY() * grid.columns() * 3);
            }
            byte[] swap = above;
            above = row;
            row = swap;
        }
    }

    private static void unfilter(int filter, byte[] row, byte[] above, int distance) throws ImageException {
        switch (filter) {
            case 0 -> {}
            case 1 -> {
                for (int i = distance; i < row.length; i++) {
                    row[i] += row[i - distance];
                }
            }
            case 2 -> {
                for (int i = 0; i < row.length; i++) {
                    row[i] += above[i];
                }
            }
            case 3 -> {
                for (int i = 0; i < row.length; i++) {
                    int left = i >= distance ? row[i - distance] & 0xff : 0;
                    row[i] += (byte) ((left + (above[i] & 0xff)) >> 1);
                }
            }
            case 4 -> {
                int edge = Math.min(distance, row.length);
                for (int i = 0; i < edge; i++) {
                    row[i] += above[i];
                }
                for (int i = edge; i < row.length; i++) {
                    row[i] += (byte) paeth(row[i - distance] & 0xff, above[i] & 0xff, above[i - distance] & 0xff);
                }
            }
            default -> throw corrupt("a row has the unknown filter " + filter);
        }
    }

    private static int paeth(int left, int up, int upLeft) {
        int toLeft = Math.abs(up - upLeft);
        int toUp = Math.abs(left - upLeft);
        int toUpLeft = Math.abs(left + up - 2 * upLeft);
        if (toLeft <= toUp && toLeft <= toUpLeft) {
            return left;
        }
        return toUp <= toUpLeft ? up : upLeft;
    }

    /** Inflates the data chunks row by row. */
    private final class Rows {
        private final Inflater inflater;
        private final byte[] filter = new byte[1];
        private int nextChunk;

        Rows(Inflater inflater) {
            this.inflater = inflater;
        }

        /** Fills the row and returns the type of its filter. */
        int next(byte[] row) throws ImageException {
            inflate(filter);
            inflate(row);
            return filter[0] & 0xff;
        }

        private void inflate(byte[] target) throws ImageException {
            int filled = 0;
            try {
                while (filled < target.length) {
                    int count = inflater.inflate(target, filled, target.length - filled);
                    filled += count;
                    if (count == 0) {
                        if (inflater.finished() || inflater.needsDictionary() || nextChunk == data.size()) {
                            throw corrupt("it has fewer pixels than its header says");
                        }
                        inflater.setInput(data.get(nextChunk++));
                    }
                }
            } catch (DataFormatException e) {
                throw ImageException.decode(CORRUPT_IMAGE, "The PNG is damaged: its data cannot be inflated", e);
            }
        }
    }

    private static boolean isType(ByteBuffer png, int offset, String type) throws ImageException {
        if (offset < 0 || offset > png.limit() - 8) {
            throw corrupt("it is truncated");
        }
        for (int i = 0; i < 4; i++) {
            if (png.get(offset + 4 + i) != type.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static ByteBuffer chunk(ByteBuffer png, int offset) throws ImageException {
        if (offset > png.limit() - 12) {
            throw corrupt("it is truncated");
        }
        int length = png.getInt(offset);
        if (length < 0 || length > png.limit() - offset - 12) {
            throw corrupt("it is truncated");
        }
        return png.slice(offset + 8, length);
    }

    private static void checkSum(ByteBuffer png, int offset, ByteBuffer chunk) throws ImageException {
        CRC32 crc = new CRC32();
        crc.update(png.slice(offset + 4, chunk.limit() + 4));
        if ((int) crc.getValue() != png.getInt(offset + 8 + chunk.limit())) {
            throw corrupt("a check sum does not match");
        }
    }

    static ImageException corrupt(String how) {
        return ImageException.decode(CORRUPT_IMAGE, "The PNG is damaged: " + how);
    }
}
