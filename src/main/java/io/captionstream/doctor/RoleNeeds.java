package io.captionstream.doctor;

import static java.util.Objects.requireNonNull;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import com.google.common.collect.ImmutableMap;
import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import io.captionstream.provision.Expectations;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/**
 * What a role of the service asks of the brokers.
 *
 * @param name of the role
 * @param trains whether it makes versions, which go into the store, and keeps state in internal topics
 * @param applicationId consumer group, and prefix of internal topics and transactional ids
 * @param exactlyOnce whether it writes in transactions
 * @param operations on each topic
 * @param expectations of the settings of topics and brokers
 */
public record RoleNeeds(
        String name,
        boolean trains,
        String applicationId,
        boolean exactlyOnce,
        Map<String, Set<AclOperation>> operations,
        Expectations expectations) {
    public RoleNeeds {
        requireNonNull(name, "name is null");
        requireNonNull(applicationId, "applicationId is null");
        operations = ImmutableMap.copyOf(operations);
        requireNonNull(expectations, "expectations is null");
    }

    /** Of the role that captions. */
    public static RoleNeeds caption(Topics topics, String applicationId, boolean exactlyOnce, RecordSizes sizes) {
        return new RoleNeeds(
                "caption",
                false,
                applicationId,
                exactlyOnce,
                ImmutableMap.of(
                        topics.imageEvents(), Set.of(READ),
                        topics.captionEvents(), Set.of(WRITE),
                        topics.deadLetters(), Set.of(WRITE),
                        topics.shadowCaptions(), Set.of(WRITE),
                        topics.modelReleases(), Set.of(READ),
                        topics.trainingReports(), Set.of(WRITE)),
                Expectations.caption(topics, sizes));
    }

    /**
     * Of the role that trains, which is always exactly once.
     *
     * @param partitions of its internal topic
     */
    public static RoleNeeds train(Topics topics, String applicationId, int partitions, RecordSizes sizes) {
        return new RoleNeeds(
                "train",
                true,
                applicationId,
                true,
                ImmutableMap.of(
                        topics.labeledPairs(), Set.of(READ),
                        topics.labelDeadLetters(), Set.of(WRITE),
                        topics.modelReleases(), Set.of(READ, WRITE),
                        topics.trainingCommands(), Set.of(READ),
                        topics.trainingReports(), Set.of(WRITE)),
                Expectations.train(topics, applicationId, partitions, sizes));
    }
}
