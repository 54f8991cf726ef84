package io.captionstream.caption;

import io.captionstream.caption.Outcome.Rejected;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** One line per image event that becomes a dead letter; none of it is content of the event. */
final class FailureLog {
    private static final Logger LOG = Logger.getLogger(FailureLog.class);

    private FailureLog() {}

    /** @param traceId empty if there is no trace */
    static void rejected(Rejected rejected, InFlightEntry entry, String traceId) {
        Map<String, String> fields = Map.of(
                "code", rejected.code().name(),
                "stage", rejected.stage().name(),
                "topic", entry.topic(),
                "partition", Integer.toString(entry.partition()),
                "offset", Long.toString(entry.offset()),
                "traceId", traceId);
        fields.forEach(MDC::put);
        try {
            LOG.warnf("%s (%s) for %s", rejected.code(), rejected.stage(), entry);
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }
}
