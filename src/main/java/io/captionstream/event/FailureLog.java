package io.captionstream.event;

import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** One line per record that becomes a dead letter; none of it is content of the record. */
public final class FailureLog {
    private static final Logger LOG = Logger.getLogger(FailureLog.class);

    private FailureLog() {}

    /**
     * Writes the line. Its parts are fields of it, too, where logs have fields.
     *
     * @param traceId empty if there is no trace
     */
    public static void rejected(String code, String stage, String topic, int partition, long offset, String traceId) {
        Map<String, String> fields = Map.of(
                "code", code,
                "stage", stage,
                "topic", topic,
                "partition", Integer.toString(partition),
                "offset", Long.toString(offset),
                "traceId", traceId);
        fields.forEach(MDC::put);
        try {
            LOG.warnf("%s (%s) for %s-%d@%d", code, stage, topic, partition, offset);
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }
}
