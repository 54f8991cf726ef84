package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.concurrent.Semaphore;

/**
 * Bytes that may be in use at the same time. First come, first served, so that large requests do not starve. Whoever
 * holds a reservation must not wait for another one of the same budget.
 */
final class ByteBudget {
    /** Semaphores count in ints. */
    private static final int UNIT = 1024;

    private final int units;
    private final Semaphore free;

    ByteBudget(long bytes) {
        checkArgument(bytes >= 1, "bytes must be positive: %s", bytes);
        this.units = units(bytes);
        this.free = new Semaphore(units, true);
    }

    /** Waits until that many bytes, or all of the budget if it is less, are free. */
    Reservation reserve(long bytes) throws InterruptedException {
        int wanted = Math.min(units(bytes), units);
        free.acquire(wanted);
        return new Reservation(wanted);
    }

    long usedBytes() {
        return (long) (units - free.availablePermits()) * UNIT;
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT);
    }

    /** A part of the budget until it is closed. */
    final class Reservation implements AutoCloseable {
        private int held;

        private Reservation(int held) {
            this.held = held;
        }

        /** Gives back what is more than that many bytes. */
        synchronized void shrink(long bytes) {
            int wanted = Math.min(held, units(bytes));
            free.release(held - wanted);
            held = wanted;
        }

        @Override
        public void close() {
            shrink(0);
        }
    }
}
