package io.captionstream.service.api;

import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.image.ImageLoader;
import io.captionstream.operations.LabelReplay;
import io.captionstream.operations.Operations;
import io.captionstream.replay.ImageReplay;
import io.captionstream.service.OperationsSettings;
import io.captionstream.service.ServiceConfig;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The operations as the service is configured, opened when first asked for. */
@ApplicationScoped
class OperationsAccess {
    private final OperationsSettings settings;
    private @Nullable Operations operations;

    OperationsAccess(ServiceConfig config) {
        this.settings = new OperationsSettings(config);
    }

    /** @throws IllegalStateException if no store is configured */
    synchronized Operations get() throws IOException {
        Operations opened = operations;
        if (opened == null) {
            opened = Operations.open(settings.operations());
            operations = opened;
        }
        return opened;
    }

    ImageReplay imageReplay() throws IOException {
        return new ImageReplay(get().connection(), settings.replay());
    }

    /** The caller's to close. */
    ImageLoader images() {
        return new ImageLoader(settings.images());
    }

    /** @param images stays the caller's to close, after the replay */
    LabelReplay labelReplay(ImageLoader images) throws IOException {
        return settings.labelReplay(get(), images);
    }

    FineTuneConfig fineTune() {
        return settings.fineTune();
    }

    @PreDestroy
    synchronized void close() throws IOException {
        if (operations != null) {
            operations.close();
            operations = null;
        }
    }
}
