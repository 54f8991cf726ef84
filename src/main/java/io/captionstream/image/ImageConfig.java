package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

/**
 * All limits on images. Sizes are in bytes.
 *
 * @param maxBytes largest encoded image
 * @param maxPixels largest image in pixels, as its header says
 * @param decodeThreads images decoded at the same time, at least 1
 * @param encodedMemory encoded bytes that are fetched but not yet decoded, at least {@code maxBytes}
 * @param decodedMemory estimated bytes that decoding takes at the same time; an image that needs more is decoded alone
 */
public record ImageConfig(
        long maxBytes,
        long maxPixels,
        int decodeThreads,
        long encodedMemory,
        long decodedMemory,
        FetchConfig fetch,
        HttpConfig http,
        FileConfig file,
        S3Config s3) {
    public ImageConfig {
        checkArgument(maxBytes >= 1 && maxBytes <= 1L << 30, "maxBytes must be 1 to %s: %s", 1L << 30, maxBytes);
        // Three bytes a pixel must fit into an array.
        checkArgument(maxPixels >= 1 && maxPixels <= 500_000_000L, "maxPixels must be 1 to 500000000: %s", maxPixels);
        checkArgument(decodeThreads >= 1, "decodeThreads must be positive: %s", decodeThreads);
        checkArgument(encodedMemory >= maxBytes, "encodedMemory must be at least maxBytes: %s", encodedMemory);
        checkArgument(decodedMemory >= 1, "decodedMemory must be positive: %s", decodedMemory);
        requireNonNull(fetch, "fetch is null");
        requireNonNull(http, "http is null");
        requireNonNull(file, "file is null");
        requireNonNull(s3, "s3 is null");
    }

    static final long DEFAULT_MAX_BYTES = 25_000_000;
    static final long DEFAULT_MAX_PIXELS = 50_000_000;

    /** 25 MB, 50 megapixels, a thread per core, an eighth and a quarter of the heap. */
    public static ImageConfig defaults() {
        long heap = Runtime.getRuntime().maxMemory();
        return new ImageConfig(
                DEFAULT_MAX_BYTES,
                DEFAULT_MAX_PIXELS,
                Runtime.getRuntime().availableProcessors(),
                Math.max(DEFAULT_MAX_BYTES, heap / 8),
                heap / 4,
                FetchConfig.defaults(),
                HttpConfig.defaults(),
                FileConfig.defaults(),
                S3Config.defaults());
    }

    public ImageConfig withLimits(long bytes, long pixels) {
        return new ImageConfig(
                bytes, pixels, decodeThreads, Math.max(bytes, encodedMemory), decodedMemory, fetch, http, file, s3);
    }

    public ImageConfig withMemory(long encoded, long decoded) {
        return new ImageConfig(maxBytes, maxPixels, decodeThreads, encoded, decoded, fetch, http, file, s3);
    }

    public ImageConfig withDecodeThreads(int threads) {
        return new ImageConfig(maxBytes, maxPixels, threads, encodedMemory, decodedMemory, fetch, http, file, s3);
    }

    public ImageConfig withFetch(FetchConfig config) {
        return new ImageConfig(
                maxBytes, maxPixels, decodeThreads, encodedMemory, decodedMemory, config, http, file, s3);
    }

    public ImageConfig withHttp(HttpConfig config) {
        return new ImageConfig(
                maxBytes, maxPixels, decodeThreads, encodedMemory, decodedMemory, fetch, config, file, s3);
    }

    public ImageConfig withFile(FileConfig config) {
        return new ImageConfig(
                maxBytes, maxPixels, decodeThreads, encodedMemory, decodedMemory, fetch, http, config, s3);
    }

    public ImageConfig withS3(S3Config config) {
        return new ImageConfig(
                maxBytes, maxPixels, decodeThreads, encodedMemory, decodedMemory, fetch, http, file, config);
    }
}
