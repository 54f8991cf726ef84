package io.captionstream.image;

import io.captionstream.image.Bitmap.Grid;
import java.io.IOException;

/** An image whose header has been read, and nothing more. */
interface EncodedImage {
    ImageFormat format();

    /** Columns as stored. */
    int width();

    /** Rows as stored. */
    int height();

    Orientation orientation();

    /** Whether a coarser grid saves memory; if not, images are only ever decoded in full. */
    boolean canSkipPixels();

    /** Estimate of the bytes that {@link #decode} allocates at once, native memory included. */
    long decodeBytes(Grid grid);

    /**
     * Decodes the pixels of a grid.
     *
     * @throws ImageException if the image is damaged
     * @throws IOException likewise
     * @throws RuntimeException likewise: decoders trip over what they do not expect
     */
    Bitmap decode(Grid grid) throws ImageException, IOException;
}
