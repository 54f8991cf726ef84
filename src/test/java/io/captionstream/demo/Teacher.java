package io.captionstream.demo;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Publishes labelled scenes, in the background: painting them takes a while. */
final class Teacher implements AutoCloseable {
    private final ScenePublisher publisher;
    private final long seed;
    private final Map<Lesson, Long> taught = new EnumMap<>(Lesson.class);
    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    /** @param seed of scenes that are shown nowhere else */
    Teacher(ScenePublisher publisher, long seed) {
        this.publisher = publisher;
        this.seed = seed;
    }

    /** Publishes so many scenes of a lesson that were not published before. */
    void teach(Lesson lesson, int count) {
        long first = taught.getOrDefault(lesson, 0L);
        taught.put(lesson, first + count);
        executor.execute(() -> {
            for (long number = first; number < first + count && !Thread.interrupted(); number++) {
                publisher.publishLabel(
                        "%s-%06d".formatted(lesson.name().toLowerCase(Locale.ROOT), number),
                        lesson.scene(seed + lesson.ordinal(), number));
            }
        });
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
