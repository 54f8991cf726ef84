package io.captionstream.cli;

import com.google.common.collect.ImmutableMap;
import io.captionstream.connection.Connection;
import io.captionstream.event.ImageEvent;
import io.captionstream.publish.DecodingFields;
import io.captionstream.publish.EventTemplate;
import io.captionstream.publish.ImageInputs;
import io.captionstream.publish.ImagePublisher;
import io.captionstream.publish.Placement;
import io.captionstream.publish.Publication;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends images to be captioned. */
@Command(
        name = "publish",
        description = {
            "Sends images as image events.",
            "They are files, folders, patterns such as 'photos/**/*.jpg', URIs (http, https, s3, file, data), or lists of",
            "them: .csv with a column uri or file, .jsonl with a field uri, file or content, - for JSON lines from the",
            "standard input. Ctrl-C stops, and says how to go on."
        },
        mixinStandardHelpOptions = true)
final class PublishCommand implements Callable<Integer> {
    /** Shows a count instead of a share. */
    private static final long UNKNOWN = -1;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "What to send.")
    List<String> names = List.of();

    @Option(
            names = "--uri-prefix",
            paramLabel = "URI",
            description = {
                "Send references to local files instead of the files: what stands before a file's path to make the URI",
                "where the service finds it, for example s3://bucket/photos/."
            })
    @Nullable
    String uriPrefix;

    @Option(
            names = "--id-prefix",
            defaultValue = "",
            paramLabel = "TEXT",
            description = "What stands before the ids; they are a file's path, or the URI.")
    @SuppressWarnings("NullAway.Init")
    String idPrefix;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Caption with this model; several with several of these (default: all).")
    List<String> models = List.of();

    @Option(
            names = "--decoding",
            paramLabel = "OPTION=VALUE",
            description = "A decoding option of the events, for example beam-width=5 or temperature=0.7.")
    Map<String, String> decoding = Map.of();

    @Option(
            names = "--attribute",
            paramLabel = "NAME=VALUE",
            description = "An attribute of the events, which their captions will have, too.")
    Map<String, String> attributes = Map.of();

    @Option(
            names = "--rate",
            defaultValue = "0",
            paramLabel = "N",
            description = "Events per second, at most (default: as many as go).")
    double rate;

    @Option(
            names = "--skip",
            defaultValue = "0",
            paramLabel = "N",
            description = "Pass over so many images first: how a publication goes on that was stopped.")
    long skip;

    @Option(names = "--dry-run", description = "Print the events as JSON lines instead of sending them.")
    boolean dryRun;

    @Option(names = "--json", description = "Print where each event was written, as JSON lines.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TopicOptions topics;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    BrokerOptions broker;

    @Override
    public Integer call() throws IOException {
        if (rate < 0 || skip < 0) {
            throw new ParameterException(spec.commandLine(), "--rate and --skip must not be negative");
        }
        ImageInputs inputs = ImageInputs.of(
                names,
                System.in,
                new EventTemplate(idPrefix, models, DecodingFields.parse(decoding), attributes, Clock.systemUTC()),
                uriPrefix == null ? Placement.inline() : Placement.under(uriPrefix));
        if (dryRun) {
            new Publication(this::print, rate, skip, (event, at) -> {}).run(inputs, () -> false);
            return 0;
        }
        String topic = topics.topics().imageEvents();
        try (Connection connection = new Connection(broker.settings());
                ImagePublisher publisher =
                        ImagePublisher.open(connection, topic, new CommandSettings().registersSchemas());
                StopSignal stop = new StopSignal()) {
            return publish(inputs, publisher, stop);
        }
    }

    private int publish(ImageInputs inputs, ImagePublisher publisher, StopSignal stop) throws IOException {
        Publication.Summary summary;
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("Publishing")
                .setInitialMax(inputs.count().orElse(UNKNOWN))
                .build()) {
            bar.stepTo(skip);
            summary = new Publication(publisher::publish, rate, skip, (event, at) -> {
                        bar.step();
                        if (json) {
                            print(where(event, at));
                        }
                    })
                    .run(inputs, stop);
        }
        if (!json) {
            PrintWriter out = spec.commandLine().getOut();
            out.printf("%d events were written%n", summary.written());
            out.flush();
        }
        if (!summary.complete()) {
            PrintWriter err = spec.commandLine().getErr();
            err.printf("Stopped; --skip %d goes on%n", summary.next());
            err.flush();
        }
        return summary.complete() ? 0 : StopSignal.EXIT_CODE;
    }

    private static Map<String, Object> where(ImageEvent event, RecordMetadata at) {
        return ImmutableMap.of(
                "id", event.getId(), "topic", at.topic(), "partition", at.partition(), "offset", at.offset());
    }

    private CompletableFuture<RecordMetadata> print(ImageEvent event) {
        print(EventJson.of(event));
        return CompletableFuture.completedFuture(new RecordMetadata(new TopicPartition("none", 0), 0, 0, 0, 0, 0));
    }

    private synchronized void print(Map<String, ? extends @Nullable Object> line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(Json.line(line));
        out.flush();
    }
}
