package io.captionstream.service;

import static java.util.Objects.requireNonNull;

import com.google.common.primitives.Longs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Memory that a process can still have before the system kills one: on Linux an allocation hardly ever fails. The lesser
 * of what the machine has and what the control group (version 2 or 1) leaves, as a container's limit is.
 */
final class AvailableMemory {
    private final Path root;

    /** @param root of the file system, for tests */
    AvailableMemory(Path root) {
        this.root = requireNonNull(root, "root is null");
    }

    /** In bytes; empty where the system does not say. */
    OptionalLong bytes() {
        return LongStream.of(machine(), groupVersion2(), groupVersion1())
                .filter(bytes -> bytes >= 0)
                .min();
    }

    private long machine() {
        long kilobytes = field("proc/meminfo", "MemAvailable:");
        return kilobytes < 0 ? -1 : kilobytes * 1024;
    }

    private long groupVersion2() {
        String group = "sys/fs/cgroup/";
        return left(number(group + "memory.max"), number(group + "memory.current"), group + "memory.stat");
    }

    private long groupVersion1() {
        String group = "sys/fs/cgroup/memory/";
        return left(
                number(group + "memory.limit_in_bytes"),
                number(group + "memory.usage_in_bytes"),
                group + "memory.stat");
    }

    /** Cached files count as used, though they give way. */
    private long left(long limit, long used, String statistics) {
        return limit < 0 || used < 0 ? -1 : Math.max(0, limit - used + Math.max(0, field(statistics, "inactive_file")));
    }

    /** -1 if there is no such number, as where there is no limit. */
    private long number(String file) {
        String text = read(file);
        Long number = text == null ? null : Longs.tryParse(text.strip());
        return number == null ? -1 : number;
    }

    private long field(String file, String name) {
        String text = read(file);
        return text == null
                ? -1
                : text.lines()
                        .map(line -> line.split("\\s+"))
                        .filter(parts -> parts.length >= 2 && parts[0].equals(name))
                        .mapToLong(parts -> Long.parseLong(parts[1]))
                        .findFirst()
                        .orElse(-1);
    }

    private @Nullable String read(String file) {
        try {
            return Files.readString(root.resolve(file));
        } catch (IOException e) {
            return null;
        }
    }
}
