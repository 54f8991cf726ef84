package io.captionstream.release;

import static com.google.common.base.Preconditions.checkState;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.LiveModel;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A slot that may be empty; what leaves it is closed when nobody uses it any more. */
final class FakeSlot implements SwapSlot {
    private @Nullable LiveModel model;
    private boolean closed;

    @Override
    public synchronized void put(Captioner next) {
        checkState(!closed, "slot is closed");
        if (model == null) {
            model = new LiveModel(next);
        } else {
            model.swap(next);
        }
    }

    @Override
    public synchronized void clear() {
        if (model != null) {
            model.close();
            model = null;
        }
    }

    synchronized void close() {
        clear();
        closed = true;
    }

    /** The version that is there; null if none is. */
    synchronized @Nullable String serving() {
        if (model == null) {
            return null;
        }
        try (LiveModel.Lease lease = model.acquire()) {
            return lease.captioner().identity().version();
        }
    }

    /** Uses what is there for a batch; it must not be closed meanwhile. */
    void captionIfThere() {
        LiveModel.Lease lease;
        synchronized (this) {
            if (model == null) {
                return;
            }
            lease = model.acquire();
        }
        try (lease) {
            String version = lease.captioner().identity().version();
            assertThat(lease.captioner()
                            .caption(ByteBuffer.allocateDirect(3), 1, new DecodingOptions(1, 1, 0))
                            .get(0)
                            .get(0)
                            .text())
                    .isEqualTo(version);
        } catch (InferenceException e) {
            throw new AssertionError(e);
        }
    }
}
