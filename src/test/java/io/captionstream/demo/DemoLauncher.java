package io.captionstream.demo;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Runs the demo, or the benchmark, in a JVM of its own and ends with its exit code.
 *
 * <p>The build runs this class inside its own JVM and is ended by it: so the program's last line is the last line, and
 * its exit code the exit code. Arguments: main class, then JVM options.
 */
public final class DemoLauncher {
    private DemoLauncher() {}

    public static void main(String[] args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(args).subList(1, args.length));
        command.add("-cp");
        command.add(classPath());
        command.add(io.captionstream.embedded.Supervised.class.getName());
        command.add(args[0]);
        Process process = new ProcessBuilder(command).inheritIO().start();
        // Ctrl-C reaches both processes; whoever kills only the build must not leave the demo running.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        System.exit(process.waitFor());
    }

    private static String classPath() throws Exception {
        if (DemoLauncher.class.getClassLoader() instanceof URLClassLoader loader) {
            List<String> entries = new ArrayList<>();
            for (URL url : loader.getURLs()) {
                entries.add(Path.of(url.toURI()).toString());
            }
            return entries.stream().collect(Collectors.joining(File.pathSeparator));
        }
        return System.getProperty("java.class.path");
    }
}
