package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageException;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ResizeMode;
import io.captionstream.model.Captioner;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InputSpec;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What two versions say of an image, each decoding as its bundle proposes.
 *
 * @param image its file
 * @param before the caption of one
 * @param after the caption of the other
 */
public record CaptionComparison(String image, String before, String after) {
    public CaptionComparison {
        requireNonNull(image, "image is null");
        requireNonNull(before, "before is null");
        requireNonNull(after, "after is null");
    }

    /**
     * Captions images with two versions.
     *
     * @throws IOException if an image cannot be read or is none
     */
    public static List<CaptionComparison> of(ModelBundle before, ModelBundle after, List<Path> images)
            throws IOException, InferenceException {
        List<String> first = captions(before, images);
        List<String> second = captions(after, images);
        List<CaptionComparison> comparisons = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            comparisons.add(new CaptionComparison(images.get(i).toString(), first.get(i), second.get(i)));
        }
        return List.copyOf(comparisons);
    }

    private static List<String> captions(ModelBundle bundle, List<Path> images) throws IOException, InferenceException {
        List<String> captions = new ArrayList<>();
        try (Captioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.defaults())) {
            for (Path image : images) {
                captions.add(captioner
                        .caption(
                                pixels(image, captioner.input()),
                                1,
                                bundle.manifest().decoding())
                        .get(0)
                        .get(0)
                        .text());
            }
        }
        return captions;
    }

    private static ByteBuffer pixels(Path image, InputSpec input) throws IOException {
        ImageGeometry geometry = new ImageGeometry(input.height(), input.width(), ResizeMode.named(input.resize()));
        try {
            byte[] rgb = requireNonNull(ImageDecoder.withDefaultLimits()
                    .decode(Files.readAllBytes(image), Set.of(geometry))
                    .pixels()
                    .get(geometry));
            return ByteBuffer.allocateDirect(rgb.length).put(rgb).flip();
        } catch (ImageException e) {
            throw new IOException("%s: %s".formatted(image, e.getMessage()), e);
        }
    }
}
