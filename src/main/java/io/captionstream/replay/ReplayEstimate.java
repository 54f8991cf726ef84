package io.captionstream.replay;

import java.time.Duration;

/**
 * How long a replay would take.
 *
 * @param events offsets in its ranges, which is at least the number of events
 * @param sampled events that were captioned to see how long it takes
 * @param failed those of them that would become dead letters
 * @param time estimated for all
 */
public record ReplayEstimate(long events, int sampled, int failed, Duration time) {}
