package io.captionstream.embedded;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs another main class in a JVM that ends when its parent process does, however the parent dies: a killed build or
 * test must not leave a broker or registry behind. Uses nothing but the JDK, since it joins foreign class paths.
 */
public final class Supervised {
    private Supervised() {}

    /** Arguments: the main class to run, then its arguments. */
    public static void main(String[] args) throws Throwable {
        exitWithParent();
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** As the agent of a JVM with a main class of its own. */
    public static void premain(String arguments) {
        exitWithParent();
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static void exitWithParent() {
        ProcessHandle parent = ProcessHandle.current().parent().orElse(null);
        if (parent == null) {
            // The parent was gone before this line ran.
            Runtime.getRuntime().halt(143);
            return;
        }
        // A hard stop: an orderly one could wait for peers that died with the parent.
        parent.onExit().thenRun(() -> Runtime.getRuntime().halt(143));
    }
}
