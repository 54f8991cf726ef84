package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.DISK_FULL;
import static io.captionstream.doctor.Ailment.DISK_UNWRITABLE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The folders that the service writes to can be written to, and their disks have room. */
final class DiskCheck implements Check {
    private static final long MEGABYTE = 1_000_000;

    private final List<Path> folders;
    private final long minimum;

    /** @param minimum bytes that should be free */
    DiskCheck(List<Path> folders, long minimum) {
        this.folders = folders;
        this.minimum = minimum;
    }

    @Override
    public String name() {
        return "disk";
    }

    @Override
    public List<Finding> run() {
        return folders.stream().map(this::look).toList();
    }

    private Finding look(Path folder) {
        Path there = existing(folder.toAbsolutePath().normalize());
        if (there == null) {
            return unwritable(folder, "there is no such disk");
        }
        try {
            if (!Files.isDirectory(there)) {
                return unwritable(folder, there + " is a file");
            }
            Files.delete(Files.createTempFile(there, "captionstream-doctor-", null));
            long free = Files.getFileStore(there).getUsableSpace();
            if (free < minimum) {
                return Finding.problem(
                        name(),
                        DISK_FULL,
                        "%s has %d MB left, less than %d MB".formatted(folder, free / MEGABYTE, minimum / MEGABYTE),
                        "Make room there, or take another folder: captionstream.state-directory, captionstream.store.cache-directory, captionstream.training.directory");
            }
            return Finding.ok(name(), "%s can be written to and has %d MB left".formatted(folder, free / MEGABYTE));
        } catch (IOException e) {
            return unwritable(folder, e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private Finding unwritable(Path folder, String why) {
        return Finding.problem(
                name(),
                DISK_UNWRITABLE,
                "%s cannot be written to: %s".formatted(folder, why),
                "Give the service's user the right to write there, or take another folder: with a read-only root, a volume");
    }

    private static @Nullable Path existing(Path folder) {
        Path there = folder;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there;
    }
}
