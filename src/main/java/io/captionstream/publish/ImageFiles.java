package io.captionstream.publish;

import com.google.common.collect.ImmutableSet;
import com.google.common.io.MoreFiles;
import io.captionstream.event.ImageEvent;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Image files: one, those of a folder and the folders in it, or those that a pattern names. Their ids are their paths. */
final class ImageFiles implements ImageInput {
    private static final Set<String> SUFFIXES = ImmutableSet.of("jpg", "jpeg", "png", "gif", "bmp", "webp");

    private final Path root;
    private final List<Path> files;
    private final EventTemplate template;
    private final Placement placement;

    private ImageFiles(Path root, List<Path> files, EventTemplate template, Placement placement) {
        this.root = root;
        this.files = files;
        this.template = template;
        this.placement = placement;
    }

    /** One file, whatever its name ends in. */
    static ImageFiles file(Path file, EventTemplate template, Placement placement) {
        Path absolute = file.toAbsolutePath();
        return new ImageFiles(absolute.getParent(), List.of(absolute), template, placement);
    }

    /**
     * All files of a folder whose names end as those of images do.
     *
     * @throws IOException if there are none
     */
    static ImageFiles folder(Path folder, EventTemplate template, Placement placement) throws IOException {
        List<Path> files = walk(
                folder,
                file -> SUFFIXES.contains(MoreFiles.getFileExtension(file).toLowerCase(Locale.ROOT)));
        if (files.isEmpty()) {
            throw new IOException("%s has no images: no file that ends in one of %s".formatted(folder, SUFFIXES));
        }
        return new ImageFiles(folder, files, template, placement);
    }

    /**
     * All files that a pattern names, as shells write them, with {@code **} for any folders between.
     *
     * @throws NoSuchFileException if there are none
     */
    static ImageFiles matching(String pattern, EventTemplate template, Placement placement) throws IOException {
        int special = pattern.indexOf(Character.toString(firstSpecial(pattern)));
        int slash = pattern.lastIndexOf('/', special);
        Path root = Path.of(slash < 0 ? "." : pattern.substring(0, slash + 1));
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern.substring(slash + 1));
        List<Path> files =
                Files.isDirectory(root) ? walk(root, file -> matcher.matches(root.relativize(file))) : List.of();
        if (files.isEmpty()) {
            throw new NoSuchFileException(pattern);
        }
        return new ImageFiles(root, files, template, placement);
    }

    static boolean isPattern(String text) {
        return firstSpecial(text) != 0;
    }

    /** 0 if there is none. */
    private static char firstSpecial(String text) {
        return (char) text.chars()
                .filter(character -> "*?[{".indexOf(character) >= 0)
                .findFirst()
                .orElse(0);
    }

    private static List<Path> walk(Path root, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> files = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(Files::isRegularFile).filter(wanted).sorted().toList();
        }
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(files.size());
    }

    @Override
    public void forEach(Sink sink) throws IOException {
        for (Path file : files) {
            String path = root.relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/");
            ImageEvent event = template.event(path).build();
            placement.place(event, file, path);
            if (!sink.accept(event)) {
                return;
            }
        }
    }
}
