package io.captionstream.service.api;

import io.captionstream.connection.Connection;
import io.captionstream.deadletters.DeadLetterLog;
import io.captionstream.image.ImageLoader;
import io.captionstream.live.EventImages;
import io.captionstream.live.LiveFeed;
import io.captionstream.live.Submissions;
import io.captionstream.publish.ImagePublisher;
import io.captionstream.service.PageSettings;
import io.captionstream.service.ServiceConfig;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the live page asks for, opened when first asked for. */
@ApplicationScoped
class LiveAccess {
    private static final Logger LOG = Logger.getLogger(LiveAccess.class);

    private final PageSettings settings;
    /** Closed from the last to the first. */
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    private @Nullable Connection connection;
    private @Nullable LiveFeed feed;
    private @Nullable EventImages images;
    private @Nullable Submissions submissions;
    private @Nullable DeadLetterLog deadLetters;

    LiveAccess(ServiceConfig config) {
        this.settings = new PageSettings(config);
    }

    PageSettings settings() {
        return settings;
    }

    synchronized LiveFeed feed() {
        LiveFeed opened = feed;
        if (opened == null) {
            opened = own(new LiveFeed(connection(), settings.topics(), settings.captionGroup(), Clock.systemUTC()));
            feed = opened;
        }
        return opened;
    }

    synchronized EventImages images() {
        EventImages opened = images;
        if (opened == null) {
            opened = own(
                    new EventImages(connection(), settings.topics().imageEvents(), new ImageLoader(settings.images())));
            images = opened;
        }
        return opened;
    }

    synchronized Submissions submissions() throws IOException {
        Submissions opened = submissions;
        if (opened == null) {
            ImagePublisher publisher = own(
                    ImagePublisher.open(connection(), settings.topics().imageEvents(), settings.registersSchemas()));
            opened = new Submissions(publisher, Clock.systemUTC());
            submissions = opened;
        }
        return opened;
    }

    synchronized DeadLetterLog deadLetters() throws IOException {
        DeadLetterLog opened = deadLetters;
        if (opened == null) {
            opened = own(DeadLetterLog.open(
                    connection(),
                    settings.topics().deadLetters(),
                    settings.topics().imageEvents()));
            deadLetters = opened;
        }
        return opened;
    }

    private Connection connection() {
        Connection opened = connection;
        if (opened == null) {
            opened = own(new Connection(settings.connection()));
            connection = opened;
        }
        return opened;
    }

    private <T extends AutoCloseable> T own(T resource) {
        resources.push(resource);
        return resource;
    }

    synchronized void onStop(@Observes ShutdownEvent event) {
        while (!resources.isEmpty()) {
            AutoCloseable resource = resources.pop();
            try {
                resource.close();
            } catch (Exception e) {
                LOG.warnf(e, "Could not close %s", resource);
            }
        }
    }
}
