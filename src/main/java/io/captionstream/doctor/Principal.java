package io.captionstream.doctor;

import io.captionstream.connection.ConnectionSettings;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who the client is to the brokers, as far as its settings say. */
final class Principal {
    private static final Pattern USER = Pattern.compile("username\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s;]+))");

    private Principal() {}

    /** User name, or nothing. */
    static String of(ConnectionSettings settings) {
        Matcher matcher = USER.matcher(settings.kafkaProperties().getOrDefault("sasl.jaas.config", ""));
        if (!matcher.find()) {
            return "";
        }
        for (int group = 1; group <= matcher.groupCount(); group++) {
            if (matcher.group(group) != null) {
                return matcher.group(group);
            }
        }
        return "";
    }
}
