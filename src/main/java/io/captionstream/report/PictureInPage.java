package io.captionstream.report;

import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageException;
import io.captionstream.image.Thumbnail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/**
 * A picture small enough to live inside a page.
 *
 * @param uri {@code data:} with a JPEG
 */
record PictureInPage(String uri, int width, int height) {
    private static final int LONGER_SIDE = 320;
    private static final ImageDecoder DECODER = ImageDecoder.withDefaultLimits();

    /**
     * Makes one, in the picture's proportions.
     *
     * @throws IOException if the file cannot be read
     * @throws ImageException if it cannot be decoded
     */
    static PictureInPage of(Path file) throws IOException, ImageException {
        Thumbnail thumbnail = Thumbnail.of(Files.readAllBytes(file), LONGER_SIDE, DECODER);
        String jpeg = Base64.getEncoder().encodeToString(thumbnail.jpeg());
        return new PictureInPage("data:image/jpeg;base64," + jpeg, thumbnail.width(), thumbnail.height());
    }
}
