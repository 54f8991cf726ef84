package io.captionstream.coco;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Datasets in the layouts of COCO, made up. */
public final class CocoFiles {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> SPLITS = List.of("train", "restval", "val", "test");

    private CocoFiles() {}

    /** Karpathy's layout with images 1 to {@code count}, two captions each, splits in turn. */
    public static Path karpathy(Path file, int count) throws IOException {
        List<Map<String, Object>> images = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            images.add(Map.of(
                    "filepath",
                    "val2014",
                    "filename",
                    name(id),
                    "cocoid",
                    id,
                    "imgid",
                    id - 1,
                    "split",
                    SPLITS.get((id - 1) % SPLITS.size()),
                    "sentences",
                    List.of(
                            Map.of("raw", caption(id, 1), "tokens", List.of("a", "dog")),
                            Map.of("raw", caption(id, 2), "tokens", List.of("a", "dog")))));
        }
        return write(file, Map.of("dataset", "coco", "images", images));
    }

    /** COCO's layout with images 1 to {@code count}, two captions each, shuffled. */
    public static Path annotations(Path file, int count) throws IOException {
        List<Map<String, Object>> images = new ArrayList<>();
        List<Map<String, Object>> annotations = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            images.add(Map.of("id", id, "file_name", name(id), "license", 3));
            for (int number = 1; number <= 2; number++) {
                annotations.add(Map.of("id", 10 * id + number, "image_id", id, "caption", caption(id, number)));
            }
        }
        Collections.shuffle(images, new Random(1));
        Collections.shuffle(annotations, new Random(2));
        return write(
                file,
                Map.of(
                        "info",
                        Map.of("year", 2017),
                        "images",
                        images,
                        "licenses",
                        List.of(),
                        "annotations",
                        annotations));
    }

    /** Empty files with the names of the images 1 to {@code count}. */
    public static Path images(Path folder, int count) throws IOException {
        Files.createDirectories(folder);
        for (int id = 1; id <= count; id++) {
            Files.write(folder.resolve(name(id)), new byte[0]);
        }
        return folder;
    }

    public static String name(int id) {
        return "COCO_val2014_%012d.jpg".formatted(id);
    }

    public static String caption(int id, int number) {
        return "Caption %d of image %d.".formatted(number, id);
    }

    private static Path write(Path file, Object value) throws IOException {
        JSON.writeValue(file.toFile(), value);
        return file;
    }
}
