package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.evaluation.CaptionCase;
import io.captionstream.evaluation.ExactMatch;
import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Judges a model by the captions it serves: decoded with beams, best one first, against the references. */
public final class CaptionEvaluation {
    private static final int BATCH_SIZE = 32;

    private final DecodingOptions options;

    public CaptionEvaluation(DecodingOptions options) {
        this.options = options;
    }

    /**
     * Captions images and compares.
     *
     * @param images at least one
     * @throws MalformedDatasetException if an image cannot be decoded
     * @throws InferenceException if the model fails
     */
    public ExactMatch evaluate(Captioner captioner, List<CaptionedImage> images)
            throws IOException, InferenceException {
        ExactMatch match = new ExactMatch();
        caption(captioner, images, (image, caption) -> match.add(caption.text(), image.captions()));
        return match;
    }

    /**
     * Captions images, for metrics that look at all of them together. Parameters and errors as in {@link #evaluate}.
     *
     * @return in the order of the images
     */
    public List<CaptionCase> cases(Captioner captioner, List<CaptionedImage> images)
            throws IOException, InferenceException {
        List<CaptionCase> cases = new ArrayList<>();
        caption(
                captioner,
                images,
                (image, caption) -> cases.add(CaptionCase.of(image.id(), caption.text(), image.captions())));
        return cases;
    }

    /**
     * The best caption of each image, in their order. Parameters and errors as in {@link #evaluate}.
     *
     * @param images may be empty
     */
    List<Alternative> best(Captioner captioner, List<CaptionedImage> images) throws IOException, InferenceException {
        List<Alternative> best = new ArrayList<>();
        if (!images.isEmpty()) {
            caption(captioner, images, (image, caption) -> best.add(caption));
        }
        return best;
    }

    private void caption(
            Captioner captioner, List<CaptionedImage> images, BiConsumer<CaptionedImage, Alternative> result)
            throws IOException, InferenceException {
        checkArgument(!images.isEmpty(), "images is empty");
        ImageGeometry geometry = ImageGeometry.square(captioner.input().height());
        ImageDecoder decoder = new ImageDecoder(CaptionTraining.MAX_IMAGE_BYTES, CaptionTraining.MAX_IMAGE_PIXELS);
        PixelStore pixels = new PixelStore(images, decoder, geometry, 0);
        for (int from = 0; from < images.size(); from += BATCH_SIZE) {
            List<CaptionedImage> batch = images.subList(from, Math.min(from + BATCH_SIZE, images.size()));
            ByteBuffer rgb = ByteBuffer.allocateDirect(batch.size() * geometry.pixelBytes());
            for (int row = 0; row < batch.size(); row++) {
                rgb.put(pixels.pixels(from + row));
            }
            List<List<Alternative>> captions = captioner.caption(rgb.flip(), batch.size(), options);
            for (int row = 0; row < batch.size(); row++) {
                result.accept(batch.get(row), captions.get(row).get(0));
            }
        }
    }
}
