package io.captionstream.coco;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * COCO's caption annotations: an object with the arrays {@code images} of {@code id} and {@code file_name}, and {@code
 * annotations} of {@code image_id} and {@code caption}. An image's captions lie anywhere in the file, so that it is first
 * dealt out, by a hash of the image id, into files small enough to be sorted in memory.
 */
final class AnnotationFile implements CocoSource {
    /** Bytes of the file that one of the small ones is for. */
    private static final long PART_BYTES = 16_000_000;

    private static final int MOST_PARTS = 256;

    /** Numbers in their order, as far as they have no leading zeros. */
    private static final Comparator<CocoImage> BY_ID =
            Comparator.<CocoImage>comparingInt(image -> image.id().length()).thenComparing(CocoImage::id);

    private final Path folder;
    private final List<AnnotationPart> parts;
    private final long bytes;

    private int partsDone;
    private Iterator<CocoImage> images = List.<CocoImage>of().iterator();

    private AnnotationFile(Path folder, List<AnnotationPart> parts, long bytes) {
        this.folder = folder;
        this.parts = parts;
        this.bytes = bytes;
    }

    /**
     * Deals the file out; needs as much room for temporary files as it has itself.
     *
     * @param progress told the bytes read
     * @return null if it was stopped
     */
    static @Nullable AnnotationFile open(Path file, LongConsumer progress, BooleanSupplier stopRequested)
            throws IOException {
        long bytes = Files.size(file);
        int count = (int) Math.min(MOST_PARTS, bytes / PART_BYTES + 1);
        Path folder = Files.createTempDirectory("captionstream-coco-");
        List<AnnotationPart> parts = Stream.iterate(0, part -> part + 1)
                .limit(count)
                .map(part -> new AnnotationPart(file, folder.resolve(part + ".jsonl")))
                .toList();
        AnnotationFile annotations = new AnnotationFile(folder, parts, bytes);
        boolean complete = false;
        try (CocoReader reader = new CocoReader(file)) {
            complete = annotations.deal(reader, progress, stopRequested);
        } finally {
            if (!complete) {
                annotations.close();
            }
        }
        return complete ? annotations : null;
    }

    private boolean deal(CocoReader reader, LongConsumer progress, BooleanSupplier stopRequested) throws IOException {
        boolean hasImages = false;
        boolean hasAnnotations = false;
        for (String name = reader.nextArray(); name != null; name = reader.nextArray()) {
            switch (name) {
                case "images" -> {
                    hasImages = true;
                    for (Image image = reader.next(Image.class);
                            image != null && !stopRequested.getAsBoolean();
                            image = reader.next(Image.class)) {
                        deal(reader, image);
                        progress.accept(reader.position());
                    }
                }
                case "annotations" -> {
                    hasAnnotations = true;
                    for (Annotation annotation = reader.next(Annotation.class);
                            annotation != null && !stopRequested.getAsBoolean();
                            annotation = reader.next(Annotation.class)) {
                        deal(reader, annotation);
                        progress.accept(reader.position());
                    }
                }
                default -> reader.skip();
            }
            if (stopRequested.getAsBoolean()) {
                return false;
            }
        }
        if (!hasImages || !hasAnnotations) {
            throw reader.malformed("there is no array '%s'".formatted(hasImages ? "annotations" : "images"));
        }
        for (AnnotationPart part : parts) {
            part.finish();
        }
        return true;
    }

    private void deal(CocoReader reader, Image image) throws IOException {
        String id = reader.id(image.id, "id");
        if (image.fileName == null || image.fileName.isBlank()) {
            throw reader.malformed("'file_name' of image %s is missing".formatted(id));
        }
        part(id).add(new AnnotationPart.Line(id, image.fileName, null, reader.position()));
    }

    private void deal(CocoReader reader, Annotation annotation) throws IOException {
        String id = reader.id(annotation.imageId, "image_id");
        if (annotation.caption == null) {
            throw reader.malformed(
                    "an annotation of image %s has no 'caption'; is this a file of captions?".formatted(id));
        }
        part(id).add(new AnnotationPart.Line(id, null, annotation.caption, reader.position()));
    }

    private AnnotationPart part(String id) {
        // Specified by the language, so that the order is the same everywhere.
        return parts.get(Math.floorMod(id.hashCode(), parts.size()));
    }

    @Override
    public @Nullable CocoImage next() throws IOException {
        while (!images.hasNext() && partsDone < parts.size()) {
            images = parts.get(partsDone).images().sorted(BY_ID).iterator();
            partsDone++;
        }
        return images.hasNext() ? images.next() : null;
    }

    @Override
    public long position() {
        return bytes * partsDone / parts.size();
    }

    @Override
    public void close() throws IOException {
        for (AnnotationPart part : parts) {
            part.finish();
        }
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }

    private record Image(
            @JsonProperty("id") @Nullable JsonNode id,
            @JsonProperty("file_name") @Nullable String fileName) {}

    private record Annotation(
            @JsonProperty("image_id") @Nullable JsonNode imageId,
            @JsonProperty("caption") @Nullable String caption) {}
}
