package io.captionstream.scene;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * Writes scenes as a folder that {@code train} reads: {@code captions.jsonl}, one object a line with {@code image} (a
 * path relative to the folder) and {@code captions}, and the JPEG files it names.
 */
public final class SceneFolder {
    /** The list of images and captions inside the folder. */
    public static final String CAPTIONS_FILE = "captions.jsonl";

    private static final String IMAGES = "images";
    private static final float JPEG_QUALITY = 0.92f;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;

    public SceneFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes the scenes {@code 0} to {@code count - 1} of the generator. Files of the same name are replaced.
     *
     * @param progress told the number of pictures written since it was last told; from several threads
     * @throws IOException if the folder cannot be written
     */
    public void write(SceneGenerator generator, int count, IntConsumer progress) throws IOException {
        checkArgument(count > 0, "count is not positive: %s", count);
        Files.createDirectories(folder.resolve(IMAGES));
        SceneRenderer renderer = new SceneRenderer();
        try {
            IntStream.range(0, count).parallel().forEach(index -> {
                writeJpeg(renderer.render(generator.scene(index)), folder.resolve(imageName(index)));
                progress.accept(1);
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        try (BufferedWriter lines = Files.newBufferedWriter(folder.resolve(CAPTIONS_FILE))) {
            for (int index = 0; index < count; index++) {
                Line line = new Line(
                        imageName(index), List.of(generator.scene(index).caption()));
                lines.write(JSON.writeValueAsString(line));
                lines.write('\n');
            }
        }
    }

    /** The captions of the scenes {@code 0} to {@code count - 1}, without painting them. */
    public static Stream<String> captions(SceneGenerator generator, int count) {
        return IntStream.range(0, count)
                .mapToObj(index -> generator.scene(index).caption());
    }

    private static String imageName(int index) {
        return "%s/%06d.jpg".formatted(IMAGES, index);
    }

    private static void writeJpeg(BufferedImage image, Path file) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(Files.newOutputStream(file))) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(JPEG_QUALITY);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not write " + file, e);
        } finally {
            writer.dispose();
        }
    }

    private record Line(String image, List<String> captions) {}
}
