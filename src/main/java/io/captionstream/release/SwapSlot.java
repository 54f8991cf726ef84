package io.captionstream.release;

import io.captionstream.model.Captioner;

/** Where a {@link HotSwap} puts what it has loaded. Called by one thread at a time; must be quick. */
@FunctionalInterface
public interface SwapSlot {
    /**
     * Takes a captioner into use, in the stead of the one before.
     *
     * @throws IllegalStateException if nothing is used any more; {@code next} is then still the caller's to close
     */
    void put(Captioner next);

    /** Takes what is there out of use. For slots that may be empty. */
    default void clear() {
        throw new UnsupportedOperationException("this slot is never empty");
    }
}
