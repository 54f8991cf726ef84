package io.captionstream.caption;

import io.captionstream.inference.AsyncCaptioner;
import io.captionstream.inference.BatchTrace;
import io.captionstream.inference.Inference;
import io.captionstream.model.Alternative;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InputSpec;
import io.captionstream.model.ModelIdentity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Captions an image with its number, at once or when told to. Numbers are the first four bytes of the pixels; a negative
 * one is captioned with as many letters.
 */
final class FakeModel implements AsyncCaptioner {
    private final String name;
    private final Map<Integer, CompletableFuture<Inference>> pending = new LinkedHashMap<>();
    private InputSpec input = new InputSpec(2, 2, "stretch");
    private boolean manual;
    private int submissions;
    private volatile long seed;

    FakeModel(String name) {
        this.name = name;
    }

    /** From now on images wait for {@link #finish} or {@link #fail}. */
    FakeModel manual() {
        manual = true;
        return this;
    }

    void input(InputSpec input) {
        this.input = input;
    }

    int submissions() {
        return submissions;
    }

    /** Numbers of the images that wait, in the order of their submission. */
    List<Integer> pending() {
        pending.values().removeIf(CompletableFuture::isDone);
        return List.copyOf(pending.keySet());
    }

    void finish(int image) {
        pending.remove(image).complete(inference(image));
    }

    void fail(int image, Throwable failure) {
        pending.remove(image).completeExceptionally(failure);
    }

    @Override
    public InputSpec input() {
        return input;
    }

    /** Seed of the latest image. */
    long seed() {
        return seed;
    }

    @Override
    public CompletableFuture<Inference> submit(
            byte[] pixels, InputSpec submitted, DecodingOptions options, long imageSeed) {
        seed = imageSeed;
        return submit(pixels, submitted, options);
    }

    @Override
    public CompletableFuture<Inference> submit(byte[] pixels, InputSpec submitted, DecodingOptions options) {
        submissions++;
        int image = ByteBuffer.wrap(pixels).getInt();
        if (!manual) {
            return CompletableFuture.completedFuture(inference(image));
        }
        CompletableFuture<Inference> future = new CompletableFuture<>();
        pending.remove(image);
        pending.put(image, future);
        return future;
    }

    static String caption(String model, int image) {
        return image < 0 ? letters(new Random(image), -image) : model + " sees image " + image;
    }

    /** Letters that no codec makes fewer. */
    static String letters(Random random, int count) {
        return random.ints(count, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private Inference inference(int image) {
        return new Inference(
                new ModelIdentity(name, "1", "digest"),
                List.of(new Alternative(
                        caption(name, image), -1.5, -1.0, true, List.of(new Alternative.Token("image", -1.5f)))),
                0.875,
                "fp32",
                7,
                Duration.ofMillis(3),
                Duration.ofMillis(4),
                BatchTrace.NONE);
    }
}
