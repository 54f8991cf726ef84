package io.captionstream.network;

import ai.djl.tensorflow.engine.javacpp.LibUtils;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * Makes the native TensorFlow of the class path available, without any download. Everything that touches TensorFlow or
 * DJL's engine calls {@link #ensureLoaded} first: whoever comes first decides where natives come from, and DJL's own
 * default is the network.
 *
 * <p>If {@code TENSORFLOW_LIBRARY_PATH} (environment or system property) already names a folder with the natives, as in
 * the container image, that one is used.
 */
public final class TensorFlowRuntime {
    private static final String LIBRARY_PATH = "TENSORFLOW_LIBRARY_PATH";
    private static final String INTRA_OP_THREADS = "ai.djl.tensorflow.num_intraop_threads";
    private static final List<String> LIBRARIES = Platform.isMac()
            ? List.of("libtensorflow_framework.2.dylib", "libtensorflow_cc.2.dylib", "libjnitensorflow.dylib")
            : List.of("libtensorflow_framework.so.2", "libtensorflow_cc.so.2", "libjnitensorflow.so");

    private static boolean loaded;

    private TensorFlowRuntime() {}

    /** Loads the natives once; later calls return at once. */
    public static void ensureLoaded() {
        ensureLoaded(0);
    }

    /**
     * Loads the natives once.
     *
     * @param intraOpThreads threads one operation may use; 0 leaves the choice to TensorFlow. Process-wide and decided by
     *     the first call: later ones cannot change it
     * @throws IllegalStateException if the class path has no natives for this platform
     */
    public static synchronized void ensureLoaded(int intraOpThreads) {
        if (loaded) {
            return;
        }
        // Real errors come as exceptions; what is left on standard error is noise at start-up.
        setIfAbsent("TF_CPP_MIN_LOG_LEVEL", "3");
        // Otherwise the first model takes all memory of the GPU, and no second one fits beside it.
        setIfAbsent("TF_FORCE_GPU_ALLOW_GROWTH", "true");
        if (intraOpThreads > 0) {
            System.setProperty(INTRA_OP_THREADS, Integer.toString(intraOpThreads));
        }
        if (System.getenv(LIBRARY_PATH) == null && System.getProperty(LIBRARY_PATH) == null) {
            System.setProperty(LIBRARY_PATH, unpack());
        }
        LibUtils.loadLibrary();
        loaded = true;
    }

    /** Lays the natives of the class path out on disk, in JavaCPP's cache, and says in which folder. */
    private static String unpack() {
        String platform = Loader.getPlatform();
        String folder = "";
        for (String library : LIBRARIES) {
            String resource = "/org/tensorflow/internal/c_api/" + platform + "/" + library;
            URL url = TensorFlowRuntime.class.getResource(resource);
            if (url == null) {
                throw new IllegalStateException("no native TensorFlow on the class path: " + resource
                        + " is missing, and " + LIBRARY_PATH + " names no folder");
            }
            try {
                folder = Loader.cacheResource(url).getParent();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot unpack " + resource, e);
            }
        }
        return folder;
    }

    /** TensorFlow reads some settings from the process environment only, which the JVM cannot write to. */
    private static void setIfAbsent(String variable, String value) {
        if (System.getenv(variable) == null && !Platform.isWindows()) {
            NativeLibrary.getInstance(Platform.C_LIBRARY_NAME)
                    .getFunction("setenv")
                    .invokeInt(new Object[] {variable, value, 0});
        }
    }
}
