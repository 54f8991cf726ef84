package io.captionstream.coco;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings the images of a dataset into a sink.
 *
 * @param only splits to take; empty for all
 * @param split the split of images whose dataset names none; null to leave it open
 * @param imagesRoot where images must be to be taken; null not to look
 * @param limit largest number of images
 */
public record CocoImport(
        Set<String> only, @Nullable String split, @Nullable Path imagesRoot, long limit) {
    /** Names of the splits. */
    public static final Set<String> SPLITS = Set.of("train", "validation", "test");

    private static final int EXAMPLES = 5;

    public CocoImport {
        only = Set.copyOf(only);
        checkArgument(SPLITS.containsAll(only), "splits are train, validation and test: %s", only);
        checkArgument(split == null || SPLITS.contains(split), "splits are train, validation and test: %s", split);
        checkArgument(limit > 0, "limit must be positive: %s", limit);
    }

    /**
     * What came of an import.
     *
     * @param complete false if it was stopped
     * @param added images taken now
     * @param captions of the images taken now
     * @param alreadyThere images taken by earlier runs
     * @param withoutCaptions images left out because they have no caption with a word in it
     * @param missing images left out because there is no such file
     * @param examples names of some of those files
     */
    public record Summary(
            boolean complete,
            long added,
            long captions,
            long alreadyThere,
            long withoutCaptions,
            long missing,
            List<String> examples) {}

    /**
     * Imports until the end, the limit or the stop. The sink is completed, not closed.
     *
     * @param progress told the position of the source
     * @throws IOException if the source is malformed or the sink fails; what the sink took stays
     */
    public Summary run(CocoSource source, PairSink sink, LongConsumer progress, BooleanSupplier stopRequested)
            throws IOException {
        Counts counts = new Counts();
        long position = 0;
        for (CocoImage image = source.next(); image != null && counts.wanted < limit; image = source.next()) {
            if (stopRequested.getAsBoolean()) {
                return counts.summary(false);
            }
            offer(position, image, sink, counts);
            position++;
            progress.accept(source.position());
        }
        if (counts.added + counts.alreadyThere == 0 && counts.missing > 0) {
            throw new IOException("none of the %d images is in %s, for example %s; is it the folder of all images?"
                    .formatted(counts.missing, imagesRoot, counts.examples.get(0)));
        }
        sink.complete();
        return counts.summary(true);
    }

    private void offer(long position, CocoImage read, PairSink sink, Counts counts) throws IOException {
        String ofImage = read.split() == null ? split : read.split();
        if (!only.isEmpty() && ofImage == null) {
            throw new IOException("The file names no splits to choose from; say which one all of it is");
        }
        if (!only.isEmpty() && !only.contains(ofImage)) {
            sink.leaveOut(position);
            return;
        }
        counts.wanted++;
        CocoImage image = read.split() == null && ofImage != null
                ? new CocoImage(read.id(), read.path(), read.captions(), ofImage)
                : read;
        if (image.captions().isEmpty()) {
            counts.withoutCaptions++;
            sink.leaveOut(position);
        } else if (imagesRoot != null && !Files.isRegularFile(imagesRoot.resolve(image.path()))) {
            counts.miss(image.path());
            sink.leaveOut(position);
        } else if (sink.has(position, image)) {
            counts.alreadyThere++;
        } else {
            counts.added++;
            counts.captions += image.captions().size();
            sink.add(position, image);
        }
    }

    private static final class Counts {
        private final List<String> examples = new ArrayList<>();
        private long wanted;
        private long added;
        private long captions;
        private long alreadyThere;
        private long withoutCaptions;
        private long missing;

        void miss(String path) {
            missing++;
            if (examples.size() < EXAMPLES) {
                examples.add(path);
            }
        }

        Summary summary(boolean complete) {
            return new Summary(
                    complete, added, captions, alreadyThere, withoutCaptions, missing, List.copyOf(examples));
        }
    }
}
