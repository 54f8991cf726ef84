package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that may be in use at the same time. First come, first served, so that large requests do not starve. Whoever
 * holds a reservation must not wait for another one of the same budget.
 */
final class ByteBudget {
    /** Semaphores count in ints. */
    private static final int UNIT = 1024;

    private final int units;
    private final Semaphore free;
    private final @Nullable ByteBudget whole;

    ByteBudget(long bytes) {
        this(bytes, null);
    }

    private ByteBudget(long bytes, @Nullable ByteBudget whole) {
        checkArgument(bytes >= 1, "bytes must be positive: %s", bytes);
        this.units = units(bytes);
        this.free = new Semaphore(units, true);
        this.whole = whole;
    }

    /** A part of this budget for one user: who waits because the part is used up keeps no other user waiting. */
    ByteBudget part(long bytes) {
        return new ByteBudget(bytes, this);
    }

    /** Waits until that many bytes, or all of the budget if it is less, are free. */
    Reservation reserve(long bytes) throws InterruptedException {
        int wanted = Math.min(units(bytes), units);
        free.acquire(wanted);
        @Nullable Reservation above = null;
        try {
            above = whole == null ? null : whole.reserve(bytes);
            return new Reservation(wanted, above);
        } finally {
            if (whole != null && above == null) {
                free.release(wanted);
            }
        }
    }

    long usedBytes() {
        return (long) (units - free.availablePermits()) * UNIT;
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT);
    }

    /** A part of the budget until it is closed. */
    final class Reservation implements AutoCloseable {
        private final @Nullable Reservation above;
        private int held;

        private Reservation(int held, @Nullable Reservation above) {
            this.held = held;
            this.above = above;
        }

        /** Gives back what is more than that many bytes. */
        synchronized void shrink(long bytes) {
            if (above != null) {
                above.shrink(bytes);
            }
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
