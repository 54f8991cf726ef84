package io.captionstream.release;

import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InputSpec;
import io.captionstream.model.ModelIdentity;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Captions every image with its version; knows how often it was closed, and whether it was used after that. */
final class FakeCaptioner implements Captioner {
    private final ModelIdentity identity;
    private final AtomicInteger closed = new AtomicInteger();

    FakeCaptioner(ModelIdentity identity) {
        this.identity = identity;
    }

    @Override
    public ModelIdentity identity() {
        return identity;
    }

    @Override
    public InputSpec input() {
        return new InputSpec(1, 1, "stretch");
    }

    @Override
    public List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options) {
        if (closed.get() > 0) {
            throw new IllegalStateException("version " + identity.version() + " is used after it was closed");
        }
        return Collections.nCopies(batchSize, List.of(new Alternative(identity.version(), -1, -1, true, List.of())));
    }

    int timesClosed() {
        return closed.get();
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }
}
