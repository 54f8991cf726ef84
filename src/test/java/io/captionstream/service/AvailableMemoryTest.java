package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
    @TempDir
    private Path root;

    @BeforeEach
    void describeTheMachine() throws IOException {
        write("proc/meminfo", "MemTotal:       16000 kB\nMemFree:         1000 kB\nMemAvailable:    8000 kB\n");
    }

    @Test
    void shouldBeWhatTheMachineHas() {
        assertThat(new AvailableMemory(root).bytes()).hasValue(8000 * 1024);
    }

    @Test
    void shouldBeWhatTheContainerIsLeft() throws IOException {
        write("sys/fs/cgroup/memory.max", "5000000\n");
        write("sys/fs/cgroup/memory.current", "4000000\n");
        write("sys/fs/cgroup/memory.stat", "anon 3000000\ninactive_file 500000\n");

        assertThat(new AvailableMemory(root).bytes()).hasValue(1_500_000);
    }

    @Test
    void shouldReadTheFirstVersionOfControlGroups() throws IOException {
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "5000000\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "4000000\n");

        assertThat(new AvailableMemory(root).bytes()).hasValue(1_000_000);
    }

    @Test
    void shouldBeWhatTheMachineHasWithoutALimit() throws IOException {
        write("sys/fs/cgroup/memory.max", "max\n");
        write("sys/fs/cgroup/memory.current", "4000000\n");

        assertThat(new AvailableMemory(root).bytes()).hasValue(8000 * 1024);
    }

    @Test
    void shouldNotBeKnownElsewhere() {
        assertThat(new AvailableMemory(root.resolve("nothing")).bytes()).isEmpty();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
