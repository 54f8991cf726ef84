package io.captionstream.streams;

import com.google.common.base.Throwables;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** The broker answers and has the topics. Streams would stop for ever on a missing source topic. */
public final class TopicsExist implements Precondition {
    private static final long TIMEOUT_MILLIS = AdminProperties.PATIENCE.toMillis();

    private final Map<String, Object> adminProperties;
    private final Set<String> topics;

    public TopicsExist(Map<String, ?> adminProperties, List<String> topics) {
        this.adminProperties = AdminProperties.patient(adminProperties);
        this.topics = Set.copyOf(topics);
    }

    @Override
    public String description() {
        return "topics " + new TreeSet<>(topics);
    }

    @Override
    public void check() throws Exception {
        try (Admin admin = Admin.create(adminProperties)) {
            Set<String> missing = new TreeSet<>(topics);
            missing.removeAll(admin.listTopics().names().get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
            if (!missing.isEmpty()) {
                throw new IllegalStateException("missing: " + missing);
            }
        } catch (KafkaException e) {
            // A client that cannot be made says only in its cause what is wrong with its settings.
            throw new IllegalStateException(Throwables.getRootCause(e).getMessage(), e);
        }
    }
}
