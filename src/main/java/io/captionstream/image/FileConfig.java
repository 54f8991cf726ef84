package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.List;

/**
 * What applies to {@code file:}.
 *
 * @param roots absolute folders beneath which files may be read; empty, the default, turns {@code file:} off
 */
public record FileConfig(List<Path> roots) {
    public FileConfig {
        roots = ImmutableList.copyOf(roots);
        for (Path root : roots) {
            checkArgument(root.isAbsolute(), "root must be absolute: %s", root);
        }
    }

    public static FileConfig defaults() {
        return new FileConfig(List.of());
    }
}
