package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;
import static io.captionstream.image.ImageErrorCode.CLOSED;
import static io.captionstream.image.ImageErrorCode.EMPTY_IMAGE;
import static io.captionstream.image.ImageErrorCode.INTERNAL_ERROR;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.hash.Hashing;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.captionstream.image.ImageDecoder.OpenImage;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fetches and decodes images, many at the same time and within bounds: a number of fetches, a number of decodings, and
 * the memory of each. An image is fetched once and decoded once, and resized for every geometry. No source of images
 * keeps those of others waiting: {@link FetchQueue}.
 *
 * <p>What the bounds do not cover is what callers hold: queued references, inline bytes and the results.
 */
public final class ImageLoader implements AutoCloseable {
    /** Large enough for all rows of all but huge images to be decoded. */
    private static final ImageGeometry VERIFIED = ImageGeometry.square(512);

    private final ImageConfig config;
    private final ImageFetcher fetcher;
    private final ImageDecoder decoder;
    private final ByteBudget encodedMemory;
    private final ByteBudget decodedMemory;
    private final ExecutorService fetchThreads;
    private final FetchQueue fetches;
    private final ExecutorService decodeThreads;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Load<?>> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public ImageLoader(ImageConfig config) {
        this(config, sources(config, InetAddress::getAllByName, Clock.systemUTC()));
    }

    ImageLoader(ImageConfig config, Map<String, ImageSource> sources) {
        this(config, sources, Ticker.systemTicker(), Clock.systemUTC());
    }

    /** @param clock for messages; what is decided, is by the ticker */
    ImageLoader(ImageConfig config, Map<String, ImageSource> sources, Ticker ticker, Clock clock) {
        this.config = requireNonNull(config, "config is null");
        this.fetcher = new ImageFetcher(sources, config.fetch());
        this.decoder = new ImageDecoder(config.maxBytes(), config.maxPixels());
        this.encodedMemory = new ByteBudget(config.encodedMemory());
        this.decodedMemory = new ByteBudget(config.decodedMemory());
        this.fetchThreads = threads("image-fetch-%d", config.fetch().allThreads());
        this.fetches = new FetchQueue(config.fetch(), this::memoryOfSource, fetchThreads, ticker, clock);
        this.decodeThreads = threads("image-decode-%d", config.decodeThreads());
        this.timer = new ScheduledThreadPoolExecutor(
                1,
                new ThreadFactoryBuilder()
                        .setNameFormat("image-timer")
                        .setDaemon(true)
                        .build());
        timer.setRemoveOnCancelPolicy(true);
    }

    static Map<String, ImageSource> sources(ImageConfig config, HostResolver resolver, Clock clock) {
        GuardedDnsResolver guarded = new GuardedDnsResolver(resolver, new AddressPolicy(config.http()));
        HttpSource http =
                new HttpSource(config.http(), HttpClients.create(config.http(), config.fetch(), guarded), clock);
        return ImmutableMap.of(
                "http", http,
                "https", http,
                "s3", new S3Source(config.s3(), config.http(), config.fetch()),
                "file", new FileSource(config.file()),
                "data", new DataSource(config.maxBytes()));
    }

    /** Three quarters: a source that begins large answers and does not end them leaves the others room. */
    private ByteBudget memoryOfSource() {
        return encodedMemory.part(Math.max(config.maxBytes(), config.encodedMemory() / 4 * 3));
    }

    private static ExecutorService threads(String name, int count) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count,
                count,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new ThreadFactoryBuilder().setNameFormat(name).setDaemon(true).build());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Loads an image.
     *
     * @param geometries at least one
     * @return the image, or an {@link ImageException} as the cause of failure: {@code SOURCE_UNAVAILABLE} if nothing
     *     shows that it is the image's or its source's, to be loaded again later. It completes on one of this loader's
     *     threads, or on the caller's if its source is not asked at present: what depends on it must be short. Cancelling
     *     it stops the work soon, not at once.
     */
    public CompletableFuture<LoadedImage> load(ImageReference reference, Set<ImageGeometry> geometries) {
        return load(reference, geometries, LoadListener.NONE);
    }

    /** As {@link #load(ImageReference, Set)}, and tells how far it is. */
    public CompletableFuture<LoadedImage> load(
            ImageReference reference, Set<ImageGeometry> geometries, LoadListener listener) {
        checkArgument(!geometries.isEmpty(), "geometries is empty");
        return start(new Load<>(reference, ImmutableSet.copyOf(geometries), listener, (encoded, image) -> image));
    }

    /**
     * Fetches an image and decodes it, to see that it can be decoded, also by a decoder with the default limits.
     *
     * @return the image as it was fetched; otherwise as of {@link #load}
     */
    public CompletableFuture<VerifiedImage> verify(ImageReference reference) {
        return start(new Load<>(reference, ImmutableSet.of(VERIFIED), LoadListener.NONE, (encoded, image) -> {
            requireDefaultLimits(image);
            return new VerifiedImage(encoded, image.digest());
        }));
    }

    // Training decodes with the default limits, whatever those of the service are.
    private static void requireDefaultLimits(LoadedImage image) throws ImageException {
        if (image.bytes() > ImageConfig.DEFAULT_MAX_BYTES) {
            throw ImageException.decode(
                    ImageErrorCode.TOO_MANY_BYTES,
                    "The image has %d bytes, the limit is %d".formatted(image.bytes(), ImageConfig.DEFAULT_MAX_BYTES));
        }
        if ((long) image.width() * image.height() > ImageConfig.DEFAULT_MAX_PIXELS) {
            throw ImageException.decode(
                    ImageErrorCode.TOO_MANY_PIXELS,
                    "The image has %d x %d pixels, the limit is %d"
                            .formatted(image.width(), image.height(), ImageConfig.DEFAULT_MAX_PIXELS));
        }
    }

    private <T> CompletableFuture<T> start(Load<T> load) {
        running.add(load);
        load.start();
        if (closed) {
            load.result.completeExceptionally(closed());
        }
        return load.result;
    }

    /**
     * What keeps all images from being fetched, in words fit for a health check: {@code no image source answers since …}.
     * Empty if images fail for reasons of their own or of their sources. Images fail with {@code SOURCE_UNAVAILABLE}
     * meanwhile. Cheap; safe for use by several threads.
     */
    public Optional<String> outage() {
        return fetches.outage();
    }

    /** How the sources are now. Cheap; safe for use by several threads. */
    public SourceHealth sourceHealth() {
        return fetches.health();
    }

    /** Fails what is not done yet with {@code CLOSED}. */
    @Override
    public void close() {
        closed = true;
        running.forEach(load -> load.result.completeExceptionally(closed()));
        timer.shutdownNow();
        fetches.close();
        fetchThreads.shutdownNow();
        decodeThreads.shutdownNow();
        fetcher.close();
    }

    private static ImageException closed() {
        return ImageException.fetch(CLOSED, "The image loader was closed");
    }

    /** One image on its way. */
    private final class Load<T> implements FetchTask {
        private final ImageReference reference;
        private final @Nullable SourceKey source;
        private final Set<ImageGeometry> geometries;
        private final LoadListener listener;
        private final Answer<T> answer;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private volatile @Nullable Fetch fetch;

        @SuppressWarnings("FutureReturnValueIgnored")
        Load(ImageReference reference, Set<ImageGeometry> geometries, LoadListener listener, Answer<T> answer) {
            this.reference = requireNonNull(reference, "reference is null");
            this.source = reference.uri() == null ? null : SourceKey.of(reference.uri());
            this.geometries = geometries;
            this.listener = requireNonNull(listener, "listener is null");
            this.answer = answer;
            this.result.whenComplete((image, failure) -> finish());
        }

        private void finish() {
            running.remove(this);
            Fetch current = fetch;
            if (current != null) {
                current.cancel();
            } else if (source != null) {
                fetches.cancel(this);
            }
        }

        void start() {
            byte[] content = reference.content();
            if (content != null) {
                decodeLater(() -> decode(content, Duration.ZERO), () -> {});
            } else {
                fetches.submit(this);
            }
        }

        @Override
        public SourceKey source() {
            return requireNonNull(source);
        }

        @Override
        public void run(FetchQueue.Turn turn) {
            attempt(() -> fetch(requireNonNull(reference.uri()), turn));
        }

        @Override
        public void refuse(ImageException reason) {
            result.completeExceptionally(reason);
        }

        @Override
        public boolean isDone() {
            return result.isDone();
        }

        private void fetch(String uri, FetchQueue.Turn turn) throws ImageException {
            Fetch fetch = new Fetch(config.fetch(), config.maxBytes(), turn.memory(), timer, () -> timeOut(turn));
            this.fetch = fetch;
            if (result.isDone()) {
                fetch.cancel();
            }
            listener.fetching();
            long start = System.nanoTime();
            boolean handedOver = false;
            try {
                byte[] encoded = fetcher.fetch(uri, fetch, turn);
                if (encoded.length == 0) {
                    throw ImageException.fetch(EMPTY_IMAGE, "The image has no bytes");
                }
                Duration time = Duration.ofNanos(System.nanoTime() - start);
                listener.fetched();
                handedOver = decodeLater(() -> decode(encoded, time), fetch::release);
            } catch (ImageException e) {
                throw turn.verdict(e);
            } finally {
                if (!handedOver) {
                    fetch.release();
                }
            }
        }

        private void timeOut(FetchQueue.Turn turn) {
            Fetch timedOut = requireNonNull(fetch);
            result.completeExceptionally(turn.expired(timedOut.timeout(null), timedOut.isRedirected()));
        }

        private void decode(byte[] encoded, Duration fetchTime) throws ImageException, InterruptedException {
            listener.decoding();
            OpenImage image = decoder.open(encoded, geometries);
            ByteBudget.Reservation memory = decodedMemory.reserve(image.decodeBytes());
            LoadedImage loaded;
            try {
                loaded = decode(image, encoded, fetchTime);
            } finally {
                memory.close();
            }
            listener.decoded();
            result.complete(answer.of(encoded, loaded));
        }

        private LoadedImage decode(OpenImage image, byte[] encoded, Duration fetchTime) throws ImageException {
            long start = System.nanoTime();
            DecodedImage decoded = image.decode();
            Duration decodeTime = Duration.ofNanos(System.nanoTime() - start);
            return new LoadedImage(
                    decoded.width(),
                    decoded.height(),
                    decoded.format(),
                    Hashing.sha256().hashBytes(encoded).toString(),
                    encoded.length,
                    decoded.pixels(),
                    fetchTime,
                    decodeTime);
        }

        private boolean decodeLater(Step step, Runnable after) {
            try {
                decodeThreads.execute(() -> {
                    try {
                        attempt(step);
                    } finally {
                        after.run();
                    }
                });
                return true;
            } catch (RejectedExecutionException e) {
                result.completeExceptionally(closed());
                return false;
            }
        }

        private void attempt(Step step) {
            try {
                if (!result.isDone()) {
                    step.run();
                }
            } catch (ImageException e) {
                fail(e);
            } catch (InterruptedException e) {
                result.completeExceptionally(closed());
            } catch (Throwable e) {
                // An image that is never answered would stop its partition: better a failure, whatever it is.
                fail(ImageException.fetch(
                        INTERNAL_ERROR, "Loading failed: " + e.getClass().getSimpleName(), e));
                if (e instanceof Error error && !(e instanceof OutOfMemoryError)) {
                    throw error;
                }
            }
        }

        // What fails while connections and timers are closed does not fail for a reason of its own.
        private void fail(ImageException failure) {
            result.completeExceptionally(closed ? closed() : failure);
        }
    }

    /** What is asked for, once the image is there. */
    @FunctionalInterface
    private interface Answer<T> {
        T of(byte[] encoded, LoadedImage image) throws ImageException;
    }

    @FunctionalInterface
    private interface Step {
        void run() throws ImageException, InterruptedException;
    }
}
