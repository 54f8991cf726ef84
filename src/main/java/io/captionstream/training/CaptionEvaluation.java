package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.evaluation.CaptionCase;
import io.captionstream.evaluation.ExactMatch;
import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ResizeMode;
import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InputSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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
        checkArgument(!images.isEmpty(), "images is empty");
        List<Alternative> captions = best(captioner, images);
        ExactMatch match = new ExactMatch();
        for (int i = 0; i < captions.size(); i++) {
            match.add(captions.get(i).text(), images.get(i).captions());
        }
        return match;
    }

    /**
     * Captions images, for metrics that look at all of them together. Parameters and errors as in {@link #evaluate}.
     *
     * @return in the order of the images
     */
    public List<CaptionCase> cases(Captioner captioner, List<CaptionedImage> images)
            throws IOException, InferenceException {
        checkArgument(!images.isEmpty(), "images is empty");
        List<Alternative> captions = best(captioner, images);
        List<CaptionCase> cases = new ArrayList<>();
        for (int i = 0; i < captions.size(); i++) {
            CaptionedImage image = images.get(i);
            cases.add(CaptionCase.of(image.id(), captions.get(i).text(), image.captions()));
        }
        return cases;
    }

    /**
     * The best caption of each image, in their order. Parameters and errors as in {@link #evaluate}.
     *
     * @param images may be empty
     */
    List<Alternative> best(Captioner captioner, List<CaptionedImage> images) throws IOException, InferenceException {
        ImageGeometry geometry = geometry(captioner.input());
        PixelStore pixels = new PixelStore(images, ImageDecoder.withDefaultLimits(), geometry, 0);
        List<Alternative> best = new ArrayList<>();
        for (int from = 0; from < images.size(); from += BATCH_SIZE) {
            int size = Math.min(BATCH_SIZE, images.size() - from);
            ByteBuffer rgb = ByteBuffer.allocateDirect(size * geometry.pixelBytes());
            for (int row = 0; row < size; row++) {
                rgb.put(pixels.pixels(from + row));
            }
            captioner.caption(rgb.flip(), size, options).forEach(captions -> best.add(captions.get(0)));
        }
        return best;
    }

    private static ImageGeometry geometry(InputSpec input) {
        return new ImageGeometry(input.height(), input.width(), ResizeMode.named(input.resize()));
    }
}
