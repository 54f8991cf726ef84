package io.captionstream.doctor;

import io.captionstream.connection.ConnectionSettings;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;

/** Findings on what brokers do not allow. */
final class Acls {
    private final ConnectionSettings settings;

    Acls(ConnectionSettings settings) {
        this.settings = settings;
    }

    /**
     * A missing right.
     *
     * @param resource for example {@code topic} or {@code transactional-id}, as the tool's option is called
     * @param prefix whether the name is the beginning of names
     */
    Finding missing(String check, AclOperation operation, String resource, String name, boolean prefix) {
        String user = Principal.of(settings);
        String word = word(operation);
        return Finding.problem(
                check,
                Ailment.ACL_MISSING,
                "%s may not %s %s %s%s"
                        .formatted(
                                user.isEmpty() ? "The client" : "User:" + user,
                                word.toLowerCase(Locale.ROOT),
                                resource,
                                name,
                                prefix ? "*" : ""),
                "kafka-acls.sh --bootstrap-server %s --add --allow-principal User:%s --operation %s --%s %s%s"
                        .formatted(
                                settings.bootstrapServers(),
                                user.isEmpty() ? "NAME" : user,
                                word,
                                resource,
                                name,
                                prefix ? " --resource-pattern-type prefixed" : ""));
    }

    /** The right to see settings, without which they are taken to be right. */
    Finding unseen(String check, Set<String> topics) {
        String user = Principal.of(settings);
        return Finding.warning(
                check,
                Ailment.ACL_MISSING,
                "%s may not see the settings of %s: that they suit is taken for granted, and a record that a topic refuses stops the work"
                        .formatted(user.isEmpty() ? "The client" : "User:" + user, String.join(", ", topics)),
                "kafka-acls.sh --bootstrap-server %s --add --allow-principal User:%s --operation DescribeConfigs --topic %s"
                        .formatted(
                                settings.bootstrapServers(),
                                user.isEmpty() ? "NAME" : user,
                                String.join(" --topic ", topics)));
    }

    private static String word(AclOperation operation) {
        String name = operation.name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }
}
