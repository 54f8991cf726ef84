package io.captionstream.service;

import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.ModelCaption;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.scene.SceneRenderer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;

/** Image events at a steady rate from a thread of its own, and what comes back. */
final class SteadyLoad implements AutoCloseable {
    private static final int IMAGES = 16;
    private static final int KEYS = 50;

    private final EventLog log;
    private final List<ByteBuffer> images = new ArrayList<>();
    private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger sent = new AtomicInteger();
    private final Map<Integer, Long> sentNanos = new ConcurrentHashMap<>();
    private final List<Answer> answers = new ArrayList<>();

    /**
     * A caption event that came back.
     *
     * @param number of the event, from 0
     * @param image that was sent
     */
    record Answer(int number, int image, long sentNanos, long seenNanos, ModelCaption caption) {
        double millis() {
            return (seenNanos - sentNanos) / 1e6;
        }
    }

    SteadyLoad(EventLog log) {
        this.log = log;
        SceneGenerator scenes = new SceneGenerator(11);
        SceneRenderer renderer = new SceneRenderer();
        for (int i = 0; i < IMAGES; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                ImageIO.write(renderer.render(scenes.scene(i)), "jpeg", bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            images.add(ByteBuffer.wrap(bytes.toByteArray()));
        }
    }

    void start(double perSecond) {
        long period = (long) (1e9 / perSecond);
        var unused = sender.scheduleAtFixedRate(this::send, 0, period, TimeUnit.NANOSECONDS);
    }

    /** Id of the image of an event. */
    static String id(int number) {
        return "image-" + number % KEYS;
    }

    private void send() {
        int number = sent.getAndIncrement();
        sentNanos.put(number, System.nanoTime());
        var unused = log.send(ImageEvent.newBuilder()
                .setId(id(number))
                .setContent(images.get(number % IMAGES).duplicate())
                .setAttributes(Map.of("number", Integer.toString(number)))
                .build());
    }

    /** Sends nothing more; returns how many were sent. */
    int stop() throws InterruptedException {
        sender.shutdown();
        sender.awaitTermination(30, TimeUnit.SECONDS);
        log.flush();
        return sent.get();
    }

    /** Takes in what comes back, until the condition holds. */
    void collectUntil(BooleanSupplier condition, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limit + ", after " + answers.size() + " answers");
            }
            for (CaptionEvent event : log.pollCaptions()) {
                int number = Integer.parseInt(event.getAttributes().get("number"));
                answers.add(new Answer(
                        number,
                        number % IMAGES,
                        sentNanos.get(number),
                        System.nanoTime(),
                        event.getCaptions().get(0)));
            }
        }
    }

    void collectFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        collectUntil(() -> System.nanoTime() >= end, time.plusSeconds(10));
    }

    /** All so far, in the order of their arrival. */
    List<Answer> answers() {
        return answers;
    }

    /** Digest of the version that the latest answer is by; empty before the first. */
    String latestDigest() {
        return answers.isEmpty()
                ? ""
                : answers.get(answers.size() - 1).caption().getWeightsDigest();
    }

    /** Time from event to answer that this share of the answers did not exceed, in milliseconds. */
    static double percentile(List<Answer> answers, double share) {
        double[] sorted = answers.stream().mapToDouble(Answer::millis).sorted().toArray();
        return sorted[(int) (sorted.length * share)];
    }

    @Override
    public void close() {
        sender.shutdownNow();
    }
}
