package io.captionstream.learning;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneOffset;

/** Times by an expression of cron's five fields, in UTC. */
public final class CronSchedule {
    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    private final String expression;
    private final ExecutionTime times;

    /**
     * @param expression minute, hour, day of month, month, day of week
     * @throws IllegalArgumentException if it is none; says what is wrong with it
     */
    public CronSchedule(String expression) {
        this.expression = expression;
        try {
            this.times = ExecutionTime.forCron(PARSER.parse(expression));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'%s' is not a cron expression of five fields: %s".formatted(expression, e.getMessage()), e);
        }
    }

    /** Whether one of the times lies after the first instant and not after the second. */
    boolean isBetween(Instant since, Instant now) {
        return times.nextExecution(since.atZone(ZoneOffset.UTC))
                .map(next -> !next.toInstant().isAfter(now))
                .orElse(false);
    }

    @Override
    public String toString() {
        return expression;
    }
}
