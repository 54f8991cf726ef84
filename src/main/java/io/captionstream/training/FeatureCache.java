package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Feature vectors on disk by the digest of their image, for one encoder: a file of equal records, a SHA-256 and the
 * vector. Records are only ever added; one that was cut off by a crash is written again. Several threads may read, one
 * process may write.
 */
final class FeatureCache implements AutoCloseable {
    private static final int DIGEST_BYTES = 32;

    private final FileChannel file;
    private final int featureCount;
    private final int recordBytes;
    private final Map<String, Long> positions = new HashMap<>();
    private long end;

    /**
     * @param encoderDigest names what computed the features, weights and preprocessing, in hexadecimal
     * @throws IOException if the file cannot be opened or is open in another process
     */
    FeatureCache(Path folder, String encoderDigest, int featureCount) throws IOException {
        checkArgument(encoderDigest.matches("[0-9a-f]{64}"), "not a digest: %s", encoderDigest);
        this.featureCount = featureCount;
        recordBytes = DIGEST_BYTES + featureCount * Float.BYTES;
        Files.createDirectories(folder);
        Path path = folder.resolve("features-%s-%d.bin".formatted(encoderDigest, featureCount));
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (file.tryLock() == null) {
                throw new IOException(path + " is in use by another process");
            }
            readDigests();
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void readDigests() throws IOException {
        long records = file.size() / recordBytes;
        ByteBuffer digest = ByteBuffer.allocate(DIGEST_BYTES);
        for (long record = 0; record < records; record++) {
            readFully(digest.clear(), record * recordBytes);
            positions.put(HexFormat.of().formatHex(digest.array()), record * recordBytes);
        }
        end = records * recordBytes;
    }

    int featureCount() {
        return featureCount;
    }

    synchronized boolean contains(String imageDigest) {
        return positions.containsKey(imageDigest);
    }

    /**
     * Adds a vector.
     *
     * @param rows the vector is one of its rows
     * @param row which
     */
    synchronized void put(String imageDigest, float[] rows, int row) throws IOException {
        if (positions.containsKey(imageDigest)) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(recordBytes).put(HexFormat.of().parseHex(imageDigest));
        bytes.asFloatBuffer().put(rows, row * featureCount, featureCount);
        bytes.rewind();
        long position = end;
        while (bytes.hasRemaining()) {
            position += file.write(bytes, position);
        }
        positions.put(imageDigest, end);
        end = position;
    }

    /**
     * Reads a vector.
     *
     * @param rows gets it as one of its rows
     * @throws IllegalArgumentException if there is none for the image
     */
    void get(String imageDigest, float[] rows, int row) throws IOException {
        Long position;
        synchronized (this) {
            position = positions.get(imageDigest);
        }
        checkArgument(position != null, "there are no features of image %s", imageDigest);
        ByteBuffer bytes = ByteBuffer.allocate(recordBytes - DIGEST_BYTES);
        readFully(bytes, position + DIGEST_BYTES);
        bytes.asFloatBuffer().get(rows, row * featureCount, featureCount);
    }

    private void readFully(ByteBuffer buffer, long position) throws IOException {
        while (buffer.hasRemaining()) {
            int read = file.read(buffer, position + buffer.position());
            if (read < 0) {
                throw new IOException("The features end at " + position);
            }
        }
        buffer.flip();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
