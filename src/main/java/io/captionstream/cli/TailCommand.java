package io.captionstream.cli;

import io.captionstream.connection.Connection;
import io.captionstream.connection.LogReader;
import io.captionstream.event.CaptionAlternative;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ModelCaption;
import io.captionstream.image.ImageLoader;
import io.captionstream.replay.LogRanges;
import io.captionstream.replay.PartitionRange;
import io.captionstream.tail.CaptionFilter;
import io.captionstream.tail.CaptionTail;
import io.captionstream.tail.TailedCaption;
import io.captionstream.tail.TerminalGraphics;
import io.captionstream.tail.Thumbnails;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows captions as they come. */
@Command(
        name = "tail",
        description = {"Shows captions as they come, until Ctrl-C.", "Reads without a consumer group: nobody notices."},
        mixinStandardHelpOptions = true)
final class TailCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    /** Whether and how images are shown. */
    enum Pictures {
        AUTO,
        KITTY,
        ITERM,
        BLOCKS
    }

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = "--from",
            defaultValue = "latest",
            paramLabel = "BOUND",
            description =
                    "Where to begin: latest (default), earliest, an ISO 8601 time, milliseconds since 1970, or offsets (0:100,1:250).")
    @SuppressWarnings("NullAway.Init")
    String from;

    @Option(names = "--no-follow", description = "End when everything has been shown that is there now.")
    boolean noFollow;

    @Option(names = "--limit", paramLabel = "N", description = "End after so many events.")
    @Nullable
    Long limit;

    @Option(names = "--shadow", description = "The captions of versions on trial in shadow mode instead.")
    boolean shadow;

    @Option(names = "--model", paramLabel = "NAME", description = "Only captions of this model; can be repeated.")
    Set<String> models = Set.of();

    @Option(names = "--id", paramLabel = "REGEX", description = "Only images whose id contains this.")
    @Nullable
    Pattern ids;

    @Option(names = "--grep", paramLabel = "REGEX", description = "Only captions that contain this.")
    @Nullable
    Pattern text;

    @Option(names = "--below", paramLabel = "CONFIDENCE", description = "Only captions less confident, 0 to 1.")
    @Nullable
    Double below;

    @Option(names = "--attribute", paramLabel = "NAME=VALUE", description = "Only events with this attribute.")
    Map<String, String> attributes = Map.of();

    @Option(names = "--alternatives", description = "Show the other beams, too.")
    boolean alternatives;

    @Option(
            names = "--thumbnails",
            arity = "0..1",
            fallbackValue = "AUTO",
            paramLabel = "HOW",
            description = {
                "Show the images, too: kitty, iterm or blocks; without a value, as the terminal can. They are fetched from",
                "here, under the rules of captionstream.image.*."
            })
    @Nullable
    Pictures pictures;

    @Option(names = "--json", description = "Print whole caption events as JSON lines.")
    boolean json;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TopicOptions topics;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    BrokerOptions broker;

    @Override
    public Integer call() throws IOException {
        if (limit != null && limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit must be positive");
        }
        String topic =
                shadow ? topics.topics().shadowCaptions() : topics.topics().captionEvents();
        CaptionFilter filter = new CaptionFilter(ids, models, text, below, attributes);
        try (Connection connection = new Connection(broker.settings());
                StopSignal stop = new StopSignal()) {
            connection.requireTopics(List.of(topic));
            List<PartitionRange> ranges = LogRanges.resolve(connection, topic, from, "latest");
            ConfluentEventCodec codec = connection.codec();
            try (Thumbnails thumbnails = pictures == null ? null : thumbnails(connection, codec, pictures);
                    CaptionTail tail = new CaptionTail(
                            connection.reader(),
                            (name, value) -> codec.decode(name, value, CaptionEvent.class),
                            offsets(topic, ranges, false))) {
                Printer printer = new Printer(filter, thumbnails);
                return tail.follow(noFollow ? offsets(topic, ranges, true) : null, printer, stop)
                        ? 0
                        : StopSignal.EXIT_CODE;
            }
        }
    }

    private static Map<TopicPartition, Long> offsets(String topic, List<PartitionRange> ranges, boolean ends) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        ranges.forEach(
                range -> offsets.put(new TopicPartition(topic, range.partition()), ends ? range.to() : range.from()));
        return offsets;
    }

    private Thumbnails thumbnails(Connection connection, ConfluentEventCodec codec, Pictures how) {
        TerminalGraphics graphics = how == Pictures.AUTO
                ? TerminalGraphics.of(System.getenv())
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(),
                                "The terminal does not say that it can show pictures; try --thumbnails=blocks"))
                : TerminalGraphics.valueOf(how.name());
        return new Thumbnails(
                new LogReader(connection.reader()),
                codec::decodeImageEvent,
                new ImageLoader(new CaptioningSettings().images()),
                graphics);
    }

    /** Prints what passes the filter. */
    private final class Printer implements CaptionTail.Sink {
        private final PrintWriter out = spec.commandLine().getOut();
        private final CaptionFilter filter;
        private final @Nullable Thumbnails thumbnails;
        private long shown;

        Printer(CaptionFilter filter, @Nullable Thumbnails thumbnails) {
            this.filter = filter;
            this.thumbnails = thumbnails;
        }

        @Override
        public boolean accept(TailedCaption caption) {
            List<ModelCaption> wanted = filter.wanted(caption.event());
            if (wanted.isEmpty()) {
                return true;
            }
            if (json) {
                out.println(Json.line(EventJson.of(caption.event())));
            } else {
                print(caption, wanted);
            }
            out.flush();
            shown++;
            return limit == null || shown < limit;
        }

        private void print(TailedCaption caption, List<ModelCaption> wanted) {
            CaptionEvent event = caption.event();
            out.printf(
                    "%s  %s  %d x %d %s%n",
                    TIME.format(caption.at()),
                    event.getId(),
                    event.getImage().getWidth(),
                    event.getImage().getHeight(),
                    event.getImage().getFormat());
            if (thumbnails != null) {
                out.print(picture(thumbnails, event));
            }
            int width =
                    wanted.stream().mapToInt(each -> name(each).length()).max().orElse(1);
            for (ModelCaption each : wanted) {
                out.println(line(name(each), width, each.getConfidence(), each.getCaption()));
                if (alternatives) {
                    each.getAlternatives().stream()
                            .skip(1)
                            .forEach(other -> out.println(line("", width, probability(other), other.getText())));
                }
            }
        }

        private String picture(Thumbnails source, CaptionEvent event) {
            try {
                return source.of(event);
            } catch (IOException e) {
                return "  (no picture: %s)%n".formatted(e.getMessage());
            }
        }

        private String line(String name, int width, @Nullable Double share, String caption) {
            return ("  %-" + width + "s  %s  %s")
                    .formatted(name, share == null ? "    " : String.format(Locale.ROOT, "%.2f", share), caption);
        }
    }

    private static String name(ModelCaption caption) {
        return caption.getModel() + " " + caption.getVersion();
    }

    private static double probability(CaptionAlternative alternative) {
        return Math.exp(alternative.getLogProbability());
    }
}
