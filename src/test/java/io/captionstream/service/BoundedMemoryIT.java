package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand images of two megabytes each through a heap of 512: what is in flight must be bounded. */
class BoundedMemoryIT {
    private static final int EVENTS = Integer.getInteger("memory.events", 10_000);
    private static final int IMAGE_BYTES = 2_000_000;
    // Every so many is a large picture whose decoding takes memory; the others are large files of small pictures.
    private static final int LARGE_PICTURE_EVERY = 10;
    private static final long MAX_RESIDENT_BYTES = 3L << 30;

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @TempDir
    private Path directory;

    @Test
    void shouldCaptionTenThousandLargeImagesInASmallHeap() throws Exception {
        Path small = Files.write(directory.resolve("small.jpg"), padded(ImageServer.jpeg()));
        Path large = Files.write(directory.resolve("large.jpg"), padded(noise(2400, 1800)));
        try (EventLog log = new EventLog(stack, 4)) {
            Map<String, String> properties = new HashMap<>(log.serviceProperties());
            properties.put("captionstream.models", DemoModels.list());
            properties.put(
                    "captionstream.image.file-roots", directory.toRealPath().toString());
            // All compilers: there is much to decode.
            List<String> options = List.of("-Xmx512m", "-XX:+ExitOnOutOfMemoryError", "-XX:TieredStopAtLevel=4");
            try (ApplicationProcess service = ApplicationProcess.start(
                    DemoModels.application(), stack, directory.resolve("service"), options, properties)) {
                service.awaitReady();
                for (int i = 0; i < EVENTS; i++) {
                    Path image = i % LARGE_PICTURE_EVERY == 0 ? large : small;
                    log.send(ImageEvent.newBuilder()
                            .setId("image-" + i)
                            .setUri(image.toRealPath().toUri().toString())
                            .build());
                }
                log.flush();

                await().atMost(Duration.ofMinutes(8)).until(() -> {
                    assertThat(service.isAlive()).as("see %s", service.log()).isTrue();
                    assertThat(service.residentBytes()).isLessThan(MAX_RESIDENT_BYTES);
                    return log.poll() >= EVENTS;
                });
                assertThat(log.deadLetters()).isEmpty();
                log.verifyExactlyOnceInOrder(EVENTS);
            }
        }
    }

    // Comment segments behind the start marker: part of the file, of no interest to the picture.
    private static byte[] padded(byte[] jpeg) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(jpeg, 0, 2);
        byte[] comment = new byte[65_000];
        Arrays.fill(comment, (byte) ' ');
        while (bytes.size() + comment.length + 4 + jpeg.length <= IMAGE_BYTES) {
            int length = comment.length + 2;
            bytes.writeBytes(new byte[] {(byte) 0xff, (byte) 0xfe, (byte) (length >> 8), (byte) length});
            bytes.writeBytes(comment);
        }
        bytes.write(jpeg, 2, jpeg.length - 2);
        return bytes.toByteArray();
    }

    private static byte[] noise(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Random random = new Random(1);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (x * 255 / width) << 16 | (y * 255 / height) << 8 | random.nextInt(64));
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "jpeg", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
