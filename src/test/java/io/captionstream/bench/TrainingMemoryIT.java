package io.captionstream.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Training all of ResNet50 fits into the memory of a small machine. */
class TrainingMemoryIT {
    @TempDir
    Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldTrainTheWholeNetworkInLessThanThreeGigabytes() throws Exception {
        Path log = folder.resolve("step.log");
        try (ChildJvm child = ChildJvm.start(
                "step",
                log,
                System.getProperty("java.class.path"),
                List.of("-Xmx400m"),
                WholeNetworkStep.class.getName(),
                List.of("2"))) {
            await().atMost(Duration.ofMinutes(5)).until(() -> !child.isAlive());
        }
        String output = Files.readString(log);
        Matcher peak = WholeNetworkStep.PEAK.matcher(output);
        assertThat(peak.find()).as(output).isTrue();
        assertThat(Long.parseLong(peak.group(1))).isLessThan(3000);
    }
}
