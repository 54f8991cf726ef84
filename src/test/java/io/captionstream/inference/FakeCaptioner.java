package io.captionstream.inference;

import static com.google.common.base.Verify.verify;

import com.google.common.util.concurrent.Uninterruptibles;
import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import io.captionstream.model.InputSpec;
import io.captionstream.model.ModelIdentity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Captions an image with its id, the options, its own version and, where captions are drawn at random, the seed. Ids are the first four bytes of the pixels, blank
 * (padding) images have id 0. Runs on the known-good image alone are apart from the others, and need no permit.
 */
public final class FakeCaptioner implements Captioner {
    public static final double CONFIDENCE = 0.75;
    public static final InputSpec INPUT = new InputSpec(1, 2, "stretch");

    private final ModelIdentity identity;
    private final InputSpec input;
    private final int knownGood;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<Call> checks = new CopyOnWriteArrayList<>();
    private volatile Predicate<Call> failure = call -> false;
    private volatile Predicate<Call> exhaustion = call -> false;
    private volatile @Nullable DecodingOptions lacking;
    private volatile int fitting = Integer.MAX_VALUE;
    private volatile @Nullable Semaphore permits;
    private volatile boolean closed;

    /** One run of the model. */
    public record Call(List<Integer> ids, DecodingOptions options) {}

    public FakeCaptioner(String name, String version) {
        this(name, version, INPUT);
    }

    public FakeCaptioner(String name, String version, InputSpec input) {
        this.identity = new ModelIdentity(name, version, "digest-of-" + version);
        this.input = input;
        this.knownGood = knownGoodId(input);
    }

    /** The id of the image that tells a model that fails from an image that does. */
    public static int knownGoodId(InputSpec input) {
        return ByteBuffer.wrap(KnownGoodImage.pixels(input)).getInt();
    }

    /** Fails every batch that holds this image. */
    public FakeCaptioner failingOn(int id) {
        return failingIf(call -> call.ids().contains(id));
    }

    public FakeCaptioner failingIf(Predicate<Call> condition) {
        failure = condition;
        return this;
    }

    /** Runs out of memory on every batch like this. */
    public void exhaustedBy(Predicate<Call> condition) {
        exhaustion = condition;
    }

    /** Has no search with these options. */
    public void lacking(DecodingOptions options) {
        lacking = options;
    }

    /** Runs out of memory with more images than this, padding included. */
    public void fitting(int images) {
        fitting = images;
    }

    /** From now on waits for a permit before each run. */
    public Semaphore gate() {
        Semaphore gate = new Semaphore(0);
        permits = gate;
        return gate;
    }

    public List<Call> calls() {
        return calls;
    }

    /** Runs on the known-good image alone. */
    public List<Call> checks() {
        return checks;
    }

    public boolean isClosed() {
        return closed;
    }

    public static byte[] pixels(int id) {
        return pixels(id, INPUT);
    }

    public static byte[] pixels(int id, InputSpec input) {
        return ByteBuffer.allocate(input.bytes()).putInt(id).array();
    }

    public static String captionOf(int id, DecodingOptions options, String version) {
        return "image %d by %s, beam %d".formatted(id, version, options.beamWidth());
    }

    public static String captionOf(int id, DecodingOptions options, String version, long seed) {
        return captionOf(id, options, version) + (options.refined().samples() ? ", seed " + seed : "");
    }

    @Override
    public ModelIdentity identity() {
        return identity;
    }

    @Override
    public InputSpec input() {
        return input;
    }

    @Override
    public List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options)
            throws InferenceException {
        return caption(rgb, batchSize, options, new long[batchSize]);
    }

    @Override
    public Double confidence(Alternative best) {
        return CONFIDENCE;
    }

    @Override
    public List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options, long[] seeds)
            throws InferenceException {
        if (closed || !rgb.isDirect() || rgb.remaining() != batchSize * input.bytes()) {
            throw new AssertionError("closed, not a direct buffer or of the wrong size");
        }
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < batchSize; i++) {
            ids.add(rgb.getInt(rgb.position() + i * input.bytes()));
        }
        Call call = new Call(List.copyOf(ids), options);
        boolean check = ids.get(0) == knownGood;
        (check ? checks : calls).add(call);
        Semaphore gate = permits;
        if (gate != null && !check) {
            verify(Uninterruptibles.tryAcquireUninterruptibly(gate, 1, 30, TimeUnit.SECONDS), "no permit in 30 s");
        }
        if (options.equals(lacking)) {
            throw new InferenceException(Code.UNSUPPORTED_OPTIONS, "there is no such search");
        }
        if (batchSize > fitting || exhaustion.test(call)) {
            throw new InferenceException(Code.OUT_OF_MEMORY, "no room for " + batchSize);
        }
        if (failure.test(call)) {
            throw new InferenceException(Code.MODEL_FAILURE, "poison");
        }
        return IntStream.range(0, batchSize)
                .mapToObj(i -> captionOf(ids.get(i), options, identity.version(), seeds[i]))
                .map(caption -> List.of(new Alternative(caption, -1.0, -0.5, true, List.of())))
                .toList();
    }

    @Override
    public void close() {
        closed = true;
    }
}
