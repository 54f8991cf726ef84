package io.captionstream.streams;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.captionstream.provision.ClusterState;
import io.captionstream.provision.Expectations;
import io.captionstream.provision.Shortcoming;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.jboss.logging.Logger;

/**
 * Topics and brokers are as a role needs them: by the same rules as {@code doctor} looks. What only makes it work less well
 * is logged as a warning; what may not be seen is taken to be right.
 */
public final class TopicSettings implements Precondition {
    private static final Logger LOG = Logger.getLogger(TopicSettings.class);

    private final Map<String, Object> adminProperties;
    private final Expectations expectations;

    public TopicSettings(Map<String, ?> adminProperties, Expectations expectations) {
        this.adminProperties = AdminProperties.patient(adminProperties);
        this.expectations = requireNonNull(expectations, "expectations is null");
    }

    @Override
    public String description() {
        return "settings of topics";
    }

    @Override
    public void check() throws IOException, UnmetPreconditionException {
        ClusterState cluster = look();
        List<Shortcoming> found = expectations.shortcomings(cluster);
        refuse(found);
        found.forEach(shortcoming -> LOG.warnf("%s", shortcoming));
        Set<String> unseen = cluster.unseen();
        if (!unseen.isEmpty() || cluster.broker().isEmpty()) {
            LOG.infof(
                    "Taken to be right, since they may not be seen: settings of %s",
                    unseen.isEmpty() ? "the brokers" : "topics " + String.join(", ", unseen));
        }
    }

    @Override
    public void recheck() throws UnmetPreconditionException {
        try {
            refuse(expectations.shortcomings(look()));
        } catch (IOException e) {
            LOG.debugf(e, "Nothing can be said of the settings of topics: %s", e.getMessage());
        }
    }

    private ClusterState look() throws IOException {
        try (Admin admin = Admin.create(adminProperties)) {
            return ClusterState.of(admin, expectations.names(), AdminProperties.PATIENCE);
        }
    }

    private static void refuse(List<Shortcoming> found) throws UnmetPreconditionException {
        String fatal = found.stream()
                .filter(Shortcoming::fatal)
                .map(Shortcoming::toString)
                .collect(joining("; "));
        if (!fatal.isEmpty()) {
            throw new UnmetPreconditionException(fatal);
        }
    }
}
