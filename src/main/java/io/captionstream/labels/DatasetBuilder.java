package io.captionstream.labels;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import io.captionstream.image.ImageException;
import io.captionstream.labels.LabelTable.Entry;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/** Puts labels and the images that could be had together, equal images once. */
final class DatasetBuilder {
    private static final Logger LOG = Logger.getLogger(DatasetBuilder.class);

    private final LabelTable table;
    private final LabelImages images;
    private final Map<String, Image> byDigest = new LinkedHashMap<>();

    DatasetBuilder(LabelTable table, LabelImages images) {
        this.table = table;
        this.images = images;
    }

    /** An image as the dataset will have it. The first id decides the split; what is new of it makes it fresh. */
    private static final class Image {
        private final String id;
        private final Set<String> captions = new LinkedHashSet<>();
        private boolean fresh;

        Image(String id) {
            this.id = id;
        }
    }

    /**
     * Adds a label, in the order of the log.
     *
     * @param digest of its image, done
     * @throws IOException if the image could not be kept
     */
    void add(Entry entry, CompletableFuture<String> digest) throws IOException {
        Label label = requireNonNull(entry.label());
        String imageDigest;
        try {
            imageDigest = digest.join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof ImageException failure)) {
                Throwables.throwIfInstanceOf(e.getCause(), Error.class);
                throw new IOException("An image could not be kept: " + e.getCause(), e);
            }
            LOG.debugf("The image of %s is left out: %s", label.id(), failure.getMessage());
            table.count(
                    failure.stage() == ImageException.Stage.FETCH
                            ? LabelOutcome.IMAGE_UNAVAILABLE
                            : LabelOutcome.IMAGE_UNDECODABLE);
            return;
        }
        Image before = byDigest.get(imageDigest);
        Image image = before == null ? new Image(label.id()) : before;
        byDigest.putIfAbsent(imageDigest, image);
        image.captions.addAll(label.captions());
        image.fresh |= entry.fresh();
        table.count(before == null ? LabelOutcome.LEARNED : LabelOutcome.DUPLICATE_IMAGE);
    }

    LabeledDataset build() {
        List<CaptionedImage> fresh = new ArrayList<>();
        List<CaptionedImage> old = new ArrayList<>();
        byDigest.forEach((digest, image) -> (image.fresh ? fresh : old)
                .add(new CaptionedImage(image.id, images.file(digest), List.copyOf(image.captions))));
        Map<String, Integer> outcomes = new TreeMap<>();
        table.outcomes().forEach((outcome, count) -> outcomes.put(outcome.code(), count));
        return new LabeledDataset(fresh, old, outcomes);
    }
}
