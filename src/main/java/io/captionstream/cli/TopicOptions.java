package io.captionstream.cli;

import io.captionstream.event.Topics;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of all commands that use the service's topics. */
final class TopicOptions {
    @Option(
            names = "--topic-prefix",
            paramLabel = "TEXT",
            description = "What stands before the names of all topics (default: captionstream.topics.* name them).")
    @Nullable
    String topicPrefix;

    Topics topics() {
        if (topicPrefix != null) {
            return Topics.prefixed(topicPrefix);
        }
        CommandSettings settings = new CommandSettings();
        Topics defaults = Topics.defaults();
        return new Topics(
                settings.text("topics.image-events", defaults.imageEvents()),
                settings.text("topics.caption-events", defaults.captionEvents()),
                settings.text("topics.dead-letters", defaults.deadLetters()),
                settings.text("topics.shadow-captions", defaults.shadowCaptions()),
                settings.text("topics.labeled-pairs", defaults.labeledPairs()),
                settings.text("topics.label-dead-letters", defaults.labelDeadLetters()),
                settings.text("topics.model-releases", defaults.modelReleases()),
                settings.text("topics.training-commands", defaults.trainingCommands()),
                settings.text("topics.training-reports", defaults.trainingReports()));
    }
}
