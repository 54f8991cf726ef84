package io.captionstream.cli;

import io.captionstream.connection.Connection;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.Topics;
import io.captionstream.provision.TopicCreation;
import io.captionstream.provision.TopicSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Creates topics and registers schemas. */
@Command(
        name = "create",
        description = {
            "Creates the service's topics that are missing, with the settings they need. Those that are there stay as",
            "they are; what they lack is said."
        },
        mixinStandardHelpOptions = true)
final class TopicsCreateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = "--partitions",
            defaultValue = "4",
            paramLabel = "N",
            description = {
                "Of the topics of events (default: ${DEFAULT-VALUE}). At least one per replica of the service, with room",
                "to grow: the order of a key's captions does not survive a later change."
            })
    int partitions;

    @Option(
            names = "--replication-factor",
            defaultValue = "-1",
            paramLabel = "N",
            description = "Replicas of each partition (default: the brokers' default).")
    short replicas;

    @Option(names = "--schemas", description = "Register the events' schemas, too.")
    boolean schemas;

    @Option(names = "--dry-run", description = "Only ask the brokers whether they would.")
    boolean dryRun;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TopicOptions topics;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    BrokerOptions broker;

    @Override
    public Integer call() throws IOException {
        Topics names = topics.topics();
        List<TopicCreation.Result> results;
        try (Connection connection = new Connection(broker.settings())) {
            CommandSettings settings = new CommandSettings();
            results = new TopicCreation(connection)
                    .create(
                            TopicSpec.all(names, partitions, settings.imageSizes(), settings.labelSizes()),
                            replicas,
                            dryRun);
            if (schemas && !dryRun) {
                connection.register(EventSchemas.byTopic(names));
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.of(results));
        } else {
            results.forEach(result -> print(out, result));
        }
        out.flush();
        return results.stream().allMatch(result -> result.shortcomings().isEmpty()) ? 0 : 1;
    }

    private void print(PrintWriter out, TopicCreation.Result result) {
        String outcome =
                switch (result.outcome()) {
                    case CREATED -> dryRun ? "would be created" : "created";
                    case EXISTS -> "is there";
                };
        out.printf(
                "%s %s with %d partition%s%n",
                result.topic(), outcome, result.partitions(), result.partitions() == 1 ? "" : "s");
        result.shortcomings()
                .forEach(shortcoming -> out.println("  " + shortcoming.message() + ": " + shortcoming.remedy()));
    }
}
