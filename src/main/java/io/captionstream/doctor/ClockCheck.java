package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.CLOCK_SKEWED;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The clock goes with that of the registry, which says the time with every answer. */
final class ClockCheck implements Check {
    /** More than networks and a resolution of a second explain. */
    private static final Duration TOLERATED = Duration.ofSeconds(10);

    private final DoctorConfig config;

    ClockCheck(DoctorConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public List<Finding> run() {
        String url = config.connection().registryUrl().split(",")[0];
        try {
            HttpURLConnection request =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            request.setConnectTimeout(Math.toIntExact(config.patience().toMillis()));
            request.setReadTimeout(Math.toIntExact(config.patience().toMillis()));
            try {
                request.getResponseCode();
                long date = request.getDate();
                return List.of(
                        date == 0
                                ? Finding.skipped(name(), "the registry does not say the time")
                                : compare(Duration.between(
                                        Instant.ofEpochMilli(date),
                                        config.clock().instant())));
            } finally {
                request.disconnect();
            }
        } catch (IOException | IllegalArgumentException e) {
            return List.of(Finding.skipped(name(), "the registry does not say the time: " + e.getMessage()));
        }
    }

    private Finding compare(Duration ahead) {
        if (ahead.abs().compareTo(TOLERATED) <= 0) {
            return Finding.ok(name(), "goes with the registry's");
        }
        return Finding.problem(
                name(),
                CLOCK_SKEWED,
                "The clock here is %d s %s that of the registry"
                        .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "behind" : "ahead of"),
                "Synchronise this machine and the registry's (chrony, systemd-timesyncd): signatures of S3, tokens and certificates fail, and latencies by event time are wrong");
    }
}
