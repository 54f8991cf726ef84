package io.captionstream.service;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.TrainingReport;
import io.captionstream.release.Release;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reports releases that cannot be served to the topic of training reports. On a thread of its own, and as well as may be:
 * what cannot be written is dropped.
 */
final class SwapReports implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SwapReports.class);
    private static final String PHASE = "swap-failed";
    private static final int QUEUE = 64;
    private static final int CLOSE_SECONDS = 5;

    private final Supplier<? extends Producer<byte[], byte[]>> producers;
    private final ConfluentEventCodec codec;
    private final String topic;
    private final String instance;
    private final Clock clock;
    private final ThreadPoolExecutor thread;

    /** Used by the thread only. */
    private @Nullable Producer<byte[], byte[]> producer;

    /**
     * @param producers make the producer when the first report is due
     * @param instance host that reports
     */
    SwapReports(
            Supplier<? extends Producer<byte[], byte[]>> producers,
            ConfluentEventCodec codec,
            String topic,
            String instance,
            Clock clock) {
        this.producers = requireNonNull(producers, "producers is null");
        this.codec = requireNonNull(codec, "codec is null");
        this.topic = requireNonNull(topic, "topic is null");
        this.instance = requireNonNull(instance, "instance is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE),
                new ThreadFactoryBuilder()
                        .setNameFormat("swap-reports")
                        .setDaemon(true)
                        .build(),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Returns at once. */
    void failed(Release release, String reason, @Nullable String message) {
        TrainingReport report = TrainingReport.newBuilder()
                .setModel(release.model())
                .setRunId("swap-" + release.digest())
                .setPhase(PHASE)
                .setCandidateVersion(release.version())
                .setCandidateDigest(release.digest())
                .setError(reason + ": " + message)
                .setReportedAt(clock.instant())
                .setInstance(instance)
                .build();
        thread.execute(() -> write(report));
    }

    private void write(TrainingReport report) {
        try {
            if (producer == null) {
                producer = producers.get();
            }
            byte[] key = report.getModel().getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(topic, key, codec.encode(topic, report)), (metadata, failure) -> {
                if (failure != null) {
                    dropped(failure);
                }
            });
        } catch (RuntimeException e) {
            dropped(e);
        }
    }

    private void dropped(Exception failure) {
        LOG.warnf("A report could not be written to %s: %s", topic, failure.getMessage());
    }

    @Override
    public void close() {
        thread.execute(() -> {
            if (producer != null) {
                producer.close(java.time.Duration.ofSeconds(CLOSE_SECONDS));
            }
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
