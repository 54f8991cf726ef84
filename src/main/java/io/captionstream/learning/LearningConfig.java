package io.captionstream.learning;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.Topics;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.release.RetryDelay;
import java.time.Duration;
import java.util.Map;

/**
 * How labelled pairs become versions.
 *
 * @param topics where events are read from and written to
 * @param partitions of the internal topic by which models are spread over trainers; cannot change for an application id
 * @param triggers the models that are trained, by name, and when
 * @param fineTune how they learn
 * @param trials when versions on trial are judged
 * @param retry pauses after failures
 * @param tick how often results of runs are looked for and triggers are checked
 * @param collectInterval how often old bundles are looked for
 * @param instance who reports
 */
public record LearningConfig(
        Topics topics,
        int partitions,
        Map<String, Trigger> triggers,
        FineTuneConfig fineTune,
        TrialRules trials,
        RetryDelay retry,
        Duration tick,
        Duration collectInterval,
        String instance) {
    public LearningConfig {
        requireNonNull(topics, "topics is null");
        checkArgument(partitions > 0, "partitions must be positive: %s", partitions);
        triggers = Map.copyOf(triggers);
        checkArgument(!triggers.isEmpty(), "there are no models to train");
        requireNonNull(fineTune, "fineTune is null");
        requireNonNull(trials, "trials is null");
        requireNonNull(retry, "retry is null");
        checkArgument(tick.toMillis() > 0, "tick must be positive: %s", tick);
        checkArgument(collectInterval.toMillis() > 0, "collectInterval must be positive: %s", collectInterval);
        requireNonNull(instance, "instance is null");
    }
}
