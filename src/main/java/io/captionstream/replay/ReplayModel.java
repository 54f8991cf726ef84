package io.captionstream.replay;

import com.google.common.base.Ticker;
import io.captionstream.image.ImageLoader;
import io.captionstream.inference.Batcher;
import io.captionstream.inference.BatcherListener;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.LiveModel;
import io.captionstream.model.ModelBundle;

/** The model of a replay, warmed, and what fetches its images. */
final class ReplayModel implements AutoCloseable {
    private final LiveModel live;
    private final Batcher batcher;
    private final ImageLoader images;

    ReplayModel(ModelBundle bundle, ReplayConfig config) throws InferenceException {
        DjlCaptioner captioner = DjlCaptioner.load(bundle, config.captioner());
        this.live = new LiveModel(captioner);
        try {
            captioner.warmUp(
                    config.batcher().allowedSizes(), config.caption().decoding().defaults());
        } catch (InferenceException e) {
            live.close();
            throw e;
        }
        this.batcher = new Batcher(live, config.batcher(), Ticker.systemTicker(), BatcherListener.NONE);
        this.images = new ImageLoader(config.images());
    }

    Batcher batcher() {
        return batcher;
    }

    ImageLoader images() {
        return images;
    }

    @Override
    public void close() {
        images.close();
        batcher.close();
        live.close();
    }
}
