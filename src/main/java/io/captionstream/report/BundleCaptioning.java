package io.captionstream.report;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageException;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ResizeMode;
import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InputSpec;
import io.captionstream.report.SystemCaptions.Caption;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Captions a dataset with a model. An image that cannot be read or decoded is left out and named, so that one broken
 * file does not cost the run.
 */
public final class BundleCaptioning {
    private final Captioner captioner;
    private final DecodingOptions options;
    private final int batchSize;
    private final ImageGeometry geometry;
    private final ImageDecoder decoder = ImageDecoder.withDefaultLimits();

    /** @param batchSize images captioned, and held decoded, at once */
    public BundleCaptioning(Captioner captioner, DecodingOptions options, int batchSize) {
        checkArgument(batchSize > 0, "batchSize must be positive: %s", batchSize);
        this.captioner = captioner;
        this.options = options;
        this.batchSize = batchSize;
        this.geometry = geometry(captioner.input());
    }

    /**
     * What came of it.
     *
     * @param complete false if it was stopped
     * @param captions by image id, in the order of the images
     * @param failures why an image was left out, by its id
     */
    public record Result(boolean complete, Map<String, Caption> captions, Map<String, String> failures) {}

    /**
     * Captions images.
     *
     * @param progress told how many images were dealt with since it was last told
     * @throws InferenceException if the model fails
     */
    public Result caption(List<CaptionedImage> images, IntConsumer progress, BooleanSupplier stopRequested)
            throws InferenceException {
        Map<String, Caption> captions = new LinkedHashMap<>();
        Map<String, String> failures = new LinkedHashMap<>();
        for (int from = 0; from < images.size(); from += batchSize) {
            if (stopRequested.getAsBoolean()) {
                return new Result(false, captions, failures);
            }
            List<CaptionedImage> batch = images.subList(from, Math.min(from + batchSize, images.size()));
            caption(batch, captions, failures);
            progress.accept(batch.size());
        }
        return new Result(true, captions, failures);
    }

    private void caption(List<CaptionedImage> batch, Map<String, Caption> captions, Map<String, String> failures)
            throws InferenceException {
        // In order whatever finishes first.
        List<Pixels> decoded = batch.parallelStream().map(this::decode).toList();
        List<CaptionedImage> whole = new ArrayList<>();
        ByteBuffer rgb = ByteBuffer.allocateDirect(batch.size() * geometry.pixelBytes());
        for (int row = 0; row < batch.size(); row++) {
            Pixels pixels = decoded.get(row);
            if (pixels.failure.isEmpty()) {
                rgb.put(pixels.rgb);
                whole.add(batch.get(row));
            } else {
                failures.put(batch.get(row).id(), pixels.failure);
            }
        }
        if (whole.isEmpty()) {
            return;
        }
        List<List<Alternative>> results = captioner.caption(rgb.flip(), whole.size(), options);
        for (int row = 0; row < whole.size(); row++) {
            List<Alternative> alternatives = results.get(row);
            Alternative best = alternatives.get(0);
            captions.put(whole.get(row).id(), new Caption(best.text(), alternatives, captioner.confidence(best)));
        }
    }

    private Pixels decode(CaptionedImage image) {
        try {
            byte[] encoded = Files.readAllBytes(image.file());
            return new Pixels(
                    requireNonNull(
                            decoder.decode(encoded, Set.of(geometry)).pixels().get(geometry)),
                    "");
        } catch (ImageException e) {
            return new Pixels(new byte[0], "%s: %s".formatted(image.file(), e.getMessage()));
        } catch (IOException e) {
            return new Pixels(new byte[0], "%s cannot be read: %s".formatted(image.file(), e.getMessage()));
        }
    }

    private static ImageGeometry geometry(InputSpec input) {
        return new ImageGeometry(input.height(), input.width(), ResizeMode.named(input.resize()));
    }

    /**
     * A decoded image.
     *
     * @param failure why there is none; empty if there is
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pixels(byte[] rgb, String failure) {}
}
