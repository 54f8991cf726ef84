package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureCacheTest {
    private static final String ENCODER = "e".repeat(64);
    private static final String FIRST = "1".repeat(64);
    private static final String SECOND = "2".repeat(64);

    @TempDir
    Path folder;

    @Test
    void shouldKeepFeaturesOverRestarts() throws IOException {
        try (FeatureCache cache = new FeatureCache(folder, ENCODER, 2)) {
            float[] rows = {1, 2, 3, 4};
            cache.put(FIRST, rows, 1);
            cache.put(SECOND, rows, 0);
            assertThat(features(cache, FIRST)).containsExactly(3, 4);
        }
        try (FeatureCache cache = new FeatureCache(folder, ENCODER, 2)) {
            assertThat(features(cache, FIRST)).containsExactly(3, 4);
            assertThat(features(cache, SECOND)).containsExactly(1, 2);
        }
    }

    @Test
    void shouldWriteARecordAgainThatWasCutOff() throws IOException {
        try (FeatureCache cache = new FeatureCache(folder, ENCODER, 2)) {
            cache.put(FIRST, new float[] {1, 2}, 0);
            cache.put(SECOND, new float[] {3, 4}, 0);
        }
        Path file = onlyFile();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(file) - 1);
        }
        try (FeatureCache cache = new FeatureCache(folder, ENCODER, 2)) {
            assertThat(features(cache, FIRST)).containsExactly(1, 2);
            assertThat(cache.contains(SECOND)).isFalse();
            cache.put(SECOND, new float[] {5, 6}, 0);
        }
        try (FeatureCache cache = new FeatureCache(folder, ENCODER, 2)) {
            assertThat(features(cache, SECOND)).containsExactly(5, 6);
        }
    }

    @Test
    void shouldNotMixEncoders() throws IOException {
        try (FeatureCache cache = new FeatureCache(folder, ENCODER, 2);
                FeatureCache other = new FeatureCache(folder, "f".repeat(64), 2)) {
            cache.put(FIRST, new float[] {1, 2}, 0);
            assertThat(other.contains(FIRST)).isFalse();
            assertThatThrownBy(() -> features(other, FIRST)).hasMessageContaining(FIRST);
        }
    }

    @Test
    void shouldHaveOneUserAtATime() throws IOException {
        try (FeatureCache cache = new FeatureCache(folder, ENCODER, 2)) {
            assertThat(cache.contains(FIRST)).isFalse();
            assertThatThrownBy(() -> new FeatureCache(folder, ENCODER, 2))
                    .isInstanceOfAny(OverlappingFileLockException.class, IOException.class);
        }
    }

    private static float[] features(FeatureCache cache, String image) throws IOException {
        float[] rows = new float[4];
        cache.get(image, rows, 1);
        return new float[] {rows[2], rows[3]};
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> files = entries.toList();
            assertThat(files).hasSize(1);
            return files.get(0);
        }
    }
}
