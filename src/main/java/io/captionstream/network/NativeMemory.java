package io.captionstream.network;

import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;

/** Memory outside of the Java heap. */
public final class NativeMemory {
    private NativeMemory() {}

    /**
     * Gives memory that is free, but still with the C library's allocator, back to the system. TensorFlow takes several
     * times a model's size while it prepares its graph for the first run; glibc would keep most of that, and most of what
     * a closed model leaves. Takes up to some hundred milliseconds after large models. Does nothing where the C library
     * knows no such thing.
     */
    public static void release() {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            NativeLibrary.getInstance(Platform.C_LIBRARY_NAME)
                    .getFunction("malloc_trim")
                    .invokeInt(new Object[] {new NativeLong(0)});
        } catch (UnsatisfiedLinkError e) {
            // Not glibc: others give back on their own.
        }
    }
}
