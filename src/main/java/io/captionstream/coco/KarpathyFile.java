package io.captionstream.coco;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Karpathy's splits: an object with an array {@code images} of {@code filename}, optionally {@code filepath} and {@code
 * cocoid}, {@code split}, and {@code sentences} with {@code raw}. His {@code restval}, images of the validation set that
 * everybody trains on, is {@code train} here.
 */
final class KarpathyFile implements CocoSource {
    private static final Map<String, String> SPLITS =
            ImmutableMap.of("train", "train", "restval", "train", "val", "validation", "test", "test");

    private final CocoReader reader;
    private final IdSet ids = new IdSet();

    private boolean done;

    /** @param reader at the first of the images */
    private KarpathyFile(CocoReader reader) {
        this.reader = reader;
    }

    static KarpathyFile open(Path file) throws IOException {
        CocoReader reader = new CocoReader(file);
        try {
            for (String name = reader.nextArray(); name != null; name = reader.nextArray()) {
                if (name.equals("images")) {
                    return new KarpathyFile(reader);
                }
                reader.skip();
            }
            throw reader.malformed("there is no array 'images'");
        } catch (IOException e) {
            reader.close();
            throw e;
        }
    }

    @Override
    public @Nullable CocoImage next() throws IOException {
        Entry entry = done ? null : reader.next(Entry.class);
        if (entry == null) {
            finish();
            return null;
        }
        CocoImage image = image(entry);
        if (!ids.add(image.id())) {
            throw reader.malformed("image %s occurs twice".formatted(image.id()));
        }
        return image;
    }

    /** Reads to the end, so that a file cut after its images does not pass for a whole one. */
    private void finish() throws IOException {
        while (!done) {
            if (reader.nextArray() == null) {
                done = true;
            } else {
                reader.skip();
            }
        }
    }

    private CocoImage image(Entry entry) throws MalformedCocoException {
        if (entry.filename == null || entry.filename.isBlank()) {
            throw reader.malformed("'filename' is missing");
        }
        if (entry.sentences == null || entry.sentences.stream().anyMatch(sentence -> sentence.raw == null)) {
            throw reader.malformed("'sentences' of '%s' is missing or one has no 'raw'".formatted(entry.filename));
        }
        String split = entry.split == null ? null : SPLITS.get(entry.split);
        if (entry.split != null && split == null) {
            throw reader.malformed("'split' must be one of %s: '%s'".formatted(SPLITS.keySet(), entry.split));
        }
        String id = entry.cocoid == null ? entry.filename : reader.id(entry.cocoid, "cocoid");
        boolean atRoot = entry.filepath == null || entry.filepath.isEmpty();
        try {
            return new CocoImage(
                    id,
                    atRoot ? entry.filename : entry.filepath + "/" + entry.filename,
                    entry.sentences.stream().map(Sentence::text).toList(),
                    split);
        } catch (IllegalArgumentException e) {
            throw reader.malformed(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public long position() {
        return reader.position();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    private record Entry(
            @JsonProperty("filename") @Nullable String filename,
            @JsonProperty("filepath") @Nullable String filepath,
            @JsonProperty("cocoid") @Nullable JsonNode cocoid,
            @JsonProperty("split") @Nullable String split,
            @JsonProperty("sentences") @Nullable List<Sentence> sentences) {}

    private record Sentence(@JsonProperty("raw") @Nullable String raw) {
        String text() {
            return raw == null ? "" : raw;
        }
    }
}
