package io.captionstream.operations;

import io.captionstream.connection.Connection;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.release.ReleaseLog;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The topic of releases on a broker. */
final class ConnectedReleases implements ReleaseRecords {
    private final Connection connection;
    private final String topic;
    private final boolean register;
    private final ReleaseLog log;

    /** @param register whether to register the schema before a release is written */
    ConnectedReleases(Connection connection, String topic, boolean register) {
        this.connection = connection;
        this.topic = topic;
        this.register = register;
        this.log = new ReleaseLog(connection::reader, connection::writer, connection.codec(), topic);
    }

    @Override
    public Map<String, ModelRelease> read() throws IOException {
        // Says more plainly than a consumer what is wrong with brokers or topic.
        connection.requireTopics(List.of(topic));
        try {
            return log.read();
        } catch (RegistryUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void publish(ModelRelease release) throws IOException {
        if (register) {
            connection.register(Map.of(topic, ModelRelease.getClassSchema()));
        }
        try {
            log.publish(release);
        } catch (RegistryUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
