package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceMetricsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final DeviceMetrics devices = new DeviceMetrics(meters);

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        devices.close();
    }

    @Test
    void shouldShowProcessorsAndMemory() {
        devices.watchProcessors();

        assertThat(value("utilization", "cpu")).matches(load -> load.isNaN() || load >= 0 && load <= 1);
        assertThat(value("memory.total", "cpu")).isGreaterThan(1 << 20);
        assertThat(value("memory.used", "cpu")).isBetween(1.0, value("memory.total", "cpu"));
    }

    @Test
    void shouldShowEveryGpuAsTheDriverSaysItGoesOn() throws IOException {
        // The arguments are part of what is said, so that a wrong query shows.
        devices.watchGpus(script("""
                echo "$@" > "$(dirname "$0")/arguments"
                echo '0, NVIDIA A10G, 40, 1024, 23028'
                echo '1, NVIDIA A10G, [N/A], 2048, 23028'
                echo '0, NVIDIA A10G, 75, 4096, 23028'
                exec sleep 60
                """));

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(value("utilization", "gpu0")).isEqualTo(0.75));
        assertThat(value("memory.used", "gpu0")).isEqualTo(4096.0 * (1 << 20));
        assertThat(value("memory.total", "gpu1")).isEqualTo(23028.0 * (1 << 20));
        assertThat(value("utilization", "gpu1")).isNaN();
        assertThat(meters.get("captionstream.device.utilization")
                        .tag("device", "gpu1")
                        .gauge()
                        .getId()
                        .getTag("name"))
                .isEqualTo("NVIDIA A10G");
        assertThat(folder.resolve("arguments"))
                .hasContent("--query-gpu=index,name,utilization.gpu,memory.used,memory.total"
                        + " --format=csv,noheader,nounits --loop=5");
    }

    @Test
    void shouldDoWithoutADriver() {
        devices.watchGpus(folder.resolve("no-such-command").toString());

        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void shouldTakeNothingFromWhatIsNoReading() throws IOException {
        devices.watchGpus(script("echo \"NVIDIA-SMI has failed because it couldn't communicate with the driver\""));
        devices.watchGpus(script("echo '0, Tesla T4, 5, 1, 2'"));

        await().atMost(LIMIT).until(() -> !meters.getMeters().isEmpty());
        assertThat(meters.get("captionstream.device.utilization").gauges()).hasSize(1);
    }

    private String script(String body) throws IOException {
        Path script = Files.createTempFile(
                folder,
                "nvidia-smi",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return Files.writeString(script, "#!/bin/sh\n" + body).toString();
    }

    private Double value(String name, String device) {
        var gauge = meters.find("captionstream.device." + name)
                .tag("device", device)
                .gauge();
        return gauge == null ? Double.NaN : gauge.value();
    }
}
