package io.captionstream.service;

import io.captionstream.caption.Ordering;
import io.captionstream.streams.MissingOffsets;
import io.captionstream.training.LearningRateSchedule;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Everything an operator can set, under {@code captionstream.}; docs/configuration.md describes each key. Values are
 * validated where they are used, by the records they end up in, before anything starts.
 */
@ConfigMapping(prefix = "captionstream")
public interface ServiceConfig {
    @WithDefault("caption")
    Set<Role> roles();

    /** Folders of the model bundles to serve, in the order in which caption events name them. */
    Optional<List<Path>> models();

    /** Whether the process only loads and warms its models, and then ends. */
    @WithDefault("false")
    boolean rehearse();

    /** Where Kafka Streams keeps its state directory. */
    @WithDefault("${java.io.tmpdir}/captionstream-state")
    Path stateDirectory();

    Kafka kafka();

    SchemaRegistry schemaRegistry();

    TopicNames topics();

    Caption caption();

    Decoding decoding();

    Inference inference();

    Image image();

    Store store();

    Releases releases();

    Operations operations();

    Page page();

    Training training();

    Tracing tracing();

    CloudEvents cloudevents();

    Health health();

    interface Kafka {
        @WithDefault("127.0.0.1:9092")
        String bootstrapServers();

        /** Any property of Kafka Streams and its clients, for example {@code security.protocol}. */
        Map<String, String> properties();
    }

    interface SchemaRegistry {
        @WithDefault("http://127.0.0.1:8081")
        String url();

        /** Whether to register the schemas at start. Where only a pipeline may, register them with that and switch off. */
        @WithDefault("true")
        boolean register();

        /** How long the registry may refuse a schema id while it answers others, before its values are undecodable. */
        @WithDefault("5m")
        Duration answerTimeout();

        /** How long the registry may not know a schema id, as replicas that lag do, before its values are undecodable. */
        @WithDefault("30s")
        Duration unknownIdTimeout();

        /** Any property of the registry's client and serializers, for example {@code basic.auth.user.info}. */
        Map<String, String> properties();
    }

    interface TopicNames {
        @WithDefault("image-events")
        String imageEvents();

        @WithDefault("caption-events")
        String captionEvents();

        @WithDefault("image-events.dlq")
        String deadLetters();

        @WithDefault("caption-events.shadow")
        String shadowCaptions();

        @WithDefault("labeled-pairs")
        String labeledPairs();

        @WithDefault("labeled-pairs.dlq")
        String labelDeadLetters();

        @WithDefault("model-releases")
        String modelReleases();

        @WithDefault("training-commands")
        String trainingCommands();

        @WithDefault("training-reports")
        String trainingReports();
    }

    interface Caption {
        @WithDefault("captionstream-caption")
        String applicationId();

        /** {@code exactly_once_v2} or {@code at_least_once}. */
        @WithDefault("exactly_once_v2")
        String processingGuarantee();

        /** Stream threads. They only move events: one keeps several partitions busy. */
        @WithDefault("1")
        int threads();

        @WithDefault("100ms")
        Duration commitInterval();

        /** Where to begin without committed offsets, if there are captions already: {@code refuse}, {@code earliest}, {@code latest}. */
        @WithDefault("refuse")
        MissingOffsets missingOffsets();

        /** Order in which outcomes leave: {@code key} or {@code partition}. */
        @WithDefault("key")
        Ordering ordering();

        /** Most images in flight per partition. */
        @WithDefault("256")
        int maxInFlight();

        /** Most bytes in flight per partition; by default a sixteenth of the heap. */
        Optional<MemorySize> maxInFlightBytes();

        /** Most bytes in flight in the process; by default an eighth of the heap. */
        Optional<MemorySize> maxInFlightBytesTotal();

        @WithDefault("20ms")
        Duration punctuationInterval();

        /** First and longest pause between attempts while the registry does not answer. */
        @WithDefault("100ms")
        Duration retryBackoff();

        @WithDefault("5s")
        Duration maxRetryBackoff();

        /** Largest record that is read or written. */
        @WithDefault("32M")
        MemorySize maxRecordSize();

        @WithDefault("20s")
        Duration closeTimeout();
    }

    interface Decoding {
        @WithDefault("3")
        int beamWidth();

        @WithDefault("20")
        int maxLength();

        @WithDefault("0.7")
        double lengthPenalty();

        /** Fewest tokens of a caption, the end token included. */
        @WithDefault("0")
        int minLength();

        /** Length of the sequences of words that must not occur twice. */
        @WithDefault("0")
        int noRepeatNgram();

        /** Groups of beams that keep apart. */
        @WithDefault("1")
        int beamGroups();

        /** How much they do. */
        @WithDefault("0.5")
        double diversity();

        /** Whether the length penalty acts during the search, too. */
        @WithDefault("false")
        boolean penaltyInSearch();

        /** Above 0, captions are drawn at random. */
        @WithDefault("0")
        double temperature();

        @WithDefault("0")
        int topK();

        @WithDefault("10")
        int maxBeamWidth();

        @WithDefault("100")
        int maxMaxLength();

        @WithDefault("5")
        double maxLengthPenalty();

        @WithDefault("10")
        double maxDiversity();

        @WithDefault("5")
        double maxTemperature();
    }

    interface Inference {
        /** {@code auto}, {@code cpu} or {@code gpu}. */
        @WithDefault("auto")
        String device();

        /** {@code auto}, {@code fp32} or {@code bf16}. */
        @WithDefault("auto")
        String precision();

        /** Share of captions that must stay the same in bfloat16 for it to be used; 0 uses it anyway. */
        @WithDefault("0.99")
        double precisionAgreement();

        /** Threads of one TensorFlow operation; by default one per core. */
        OptionalInt intraOpThreads();

        @WithDefault("32")
        int maxBatchSize();

        @WithDefault("1,2,4,8,16,32")
        List<Integer> allowedBatchSizes();

        /** Age of the oldest image at which a batch leaves though it is not full. */
        @WithDefault("20ms")
        Duration linger();
    }

    interface Image {
        @WithDefault("25000000")
        MemorySize maxBytes();

        @WithDefault("50000000")
        long maxPixels();

        /** Images decoded at the same time; by default one per core. */
        OptionalInt decodeThreads();

        /** Encoded bytes that are fetched but not decoded; by default an eighth of the heap. */
        Optional<MemorySize> encodedMemory();

        /** Memory that decoding takes at the same time; by default a quarter of the heap. */
        Optional<MemorySize> decodedMemory();

        Fetch fetch();

        Http http();

        /** Absolute folders beneath which {@code file:} may read; none turns {@code file:} off. */
        Optional<List<Path>> fileRoots();

        S3 s3();
    }

    interface Fetch {
        @WithDefault("64")
        int threads();

        @WithDefault("10s")
        Duration attemptTimeout();

        @WithDefault("30s")
        Duration totalTimeout();

        @WithDefault("3")
        int maxAttempts();

        @WithDefault("200ms")
        Duration backoff();

        @WithDefault("5s")
        Duration maxBackoff();

        /** Fetches from one host or bucket at the same time; by default as many as there are threads. */
        OptionalInt maxPerSource();

        Breaker breaker();

        /** How long an answer of another source shows that it is not the network. */
        @WithDefault("1m")
        Duration outageWindow();

        /** How long images are kept while no source answers. */
        @WithDefault("24h")
        Duration outageLimit();
    }

    interface Breaker {
        /** Failed attempts in a row after which a source is not asked for a while. */
        @WithDefault("10")
        int failures();

        @WithDefault("5s")
        Duration minPause();

        @WithDefault("1m")
        Duration maxPause();
    }

    interface Http {
        @WithDefault("3s")
        Duration connectTimeout();

        @WithDefault("5")
        int maxRedirects();

        /** Whether a redirect may lead from https to http. */
        @WithDefault("false")
        boolean allowDowngrade();

        /** Host names that may resolve to addresses that are otherwise refused. */
        Optional<Set<String>> allowedHosts();

        /** Networks, in CIDR notation, that are otherwise refused: loopback, private, link-local, metadata. */
        Optional<Set<String>> allowedNetworks();
    }

    interface S3 {
        /** Endpoint of an S3-compatible store; none is AWS. */
        Optional<URI> endpoint();

        Optional<String> region();

        @WithDefault("false")
        boolean pathStyle();

        /** Buckets that may be read; none is any that the credentials can read. */
        Optional<Set<String>> buckets();
    }

    interface Store {
        /** Where released bundles are: {@code file:///folder} or {@code s3://bucket/prefix}; none: releases cannot be served. */
        Optional<URI> uri();

        /** Endpoint of an S3-compatible store; none is AWS. */
        Optional<URI> endpoint();

        Optional<String> region();

        @WithDefault("false")
        boolean pathStyle();

        /** Local folder for the bundles in use, one per process; by default {@code bundles} in the state directory. */
        Optional<Path> cacheDirectory();
    }

    interface Operations {
        /** Whether what changes something can be asked for over HTTP; looking can always be. */
        @WithDefault("false")
        boolean enabled();
    }

    interface Health {
        /** How long a stream thread or a batch may stand still until the liveness check says that the process is stuck. */
        @WithDefault("5m")
        Duration stallTimeout();

        /** How long a partition may have images in flight without an outcome until the readiness check says so. */
        @WithDefault("2m")
        Duration progressTimeout();
    }

    interface Page {
        /** Whether there is a page at {@code /}, and what it is told by. */
        @WithDefault("false")
        boolean enabled();

        /** Whether images can be dropped onto it. */
        @WithDefault("true")
        boolean submissions();

        /** Largest image that can be dropped onto it, and largest body of any request. */
        @WithDefault("10M")
        MemorySize maxUpload();

        /** Most images a second that can be dropped onto it, by all who look together. */
        @WithDefault("5")
        double maxRate();

        /** Who may look at the page and ask for operations: {@code none} is anyone, {@code basic} or {@code bearer}. */
        @WithDefault("none")
        Authentication authentication();

        /** Passwords of basic authentication, by user. */
        Map<String, String> users();
    }

    interface Releases {
        /** How long captioning waits at start for the released versions, before it begins with what there is. */
        @WithDefault("2m")
        Duration startTimeout();

        /** First and longest pause between attempts at a release that cannot be served now. */
        @WithDefault("5s")
        Duration retryBackoff();

        @WithDefault("5m")
        Duration maxRetryBackoff();

        /** Memory that must be available for a version beside what serves, as so many times its graph's file; 0: any. */
        @WithDefault("12")
        double memoryFactor();

        /** How long a version on trial may keep an image waiting. */
        @WithDefault("1s")
        Duration trialPatience();
    }

    interface Training {
        @WithDefault("captionstream-train")
        String applicationId();

        /** Stream threads. They only move events: runs have threads of their own. */
        @WithDefault("1")
        int threads();

        @WithDefault("100ms")
        Duration commitInterval();

        /** Partitions of the internal topic by which models are spread over trainers. */
        @WithDefault("8")
        int partitions();

        /** Folder for images, features, checkpoints and bundles; by default {@code training} in the state directory. */
        Optional<Path> directory();

        /** Runs at a time in this process, each of another model. */
        @WithDefault("1")
        int concurrentRuns();

        /** New labelled pairs that a run begins at; 0 for never. */
        @WithDefault("500")
        int newPairs();

        /** Time after a run at which the next one begins, if there are new pairs. */
        Optional<Duration> interval();

        /** Times at which a run begins, if there are new pairs: cron's five fields, in UTC. */
        Optional<String> cron();

        /** Triggers of single models, by name. */
        Map<String, ModelTriggers> models();

        /** How often results and triggers are looked at. */
        @WithDefault("500ms")
        Duration tick();

        /** First and longest pause after runs that failed. */
        @WithDefault("1m")
        Duration retryBackoff();

        @WithDefault("1h")
        Duration maxRetryBackoff();

        /** How long challengers that were rejected stay in the store. */
        @WithDefault("7d")
        Duration keepRejected();

        /** How often bundles are looked for that nothing refers to. */
        @WithDefault("1h")
        Duration collectInterval();

        /** Longest caption that is learned from. */
        @WithDefault("100")
        int maxCaptionWords();

        /** Largest labelled pair that is read. */
        @WithDefault("32M")
        MemorySize maxRecordSize();

        /** Memory for decoded images, where features are not kept; by default a quarter of the heap. */
        Optional<MemorySize> pixelMemory();

        /** Micro-batches computed at a time; by default one per core. */
        OptionalInt parallelism();

        @WithDefault("40s")
        Duration closeTimeout();

        FineTuning fineTune();

        Gate gate();

        Trials trials();
    }

    interface ModelTriggers {
        OptionalInt newPairs();

        Optional<Duration> interval();

        Optional<String> cron();
    }

    interface FineTuning {
        @WithDefault("5")
        int epochs();

        @WithDefault("0.0003")
        double learningRate();

        @WithDefault("64")
        int batchSize();

        @WithDefault("1")
        int microBatches();

        /** Epochs without a better CIDEr-D until a run ends; 0 for never. */
        @WithDefault("0")
        int patience();

        /** Whether the encoder learns, too. */
        @WithDefault("false")
        boolean trainEncoder();

        /** Whether old images are mixed in. */
        @WithDefault("true")
        boolean replay();

        /** How many of them per new one. */
        @WithDefault("1")
        double replayRatio();

        /** How often new captions must have a word for the vocabulary to get it. */
        @WithDefault("5")
        int minimumWordCount();

        @WithDefault("1000")
        int maximumNewWords();

        /** {@code none} or {@code cosine}. */
        @WithDefault("cosine")
        LearningRateSchedule.Decay decay();

        @WithDefault("20")
        int warmupSteps();

        @WithDefault("0")
        double dropout();

        @WithDefault("0.1")
        double batchNormMomentum();

        /** Held-out images that the metrics of a bundle are measured on, at most. */
        @WithDefault("1000")
        int measuredImages();

        @WithDefault("1")
        long seed();
    }

    interface Gate {
        /** Share of the resamples in which a challenger must be better on new images. */
        @WithDefault("0.95")
        double confidence();

        /** Share of the champion's CIDEr-D on old images that may be lost. */
        @WithDefault("0.02")
        double tolerance();

        /** New held-out images that a verdict needs. */
        @WithDefault("50")
        int minimumImages();

        @WithDefault("1000")
        int maximumImages();

        @WithDefault("2000")
        int resamples();

        @WithDefault("1")
        long seed();
    }

    interface Trials {
        /** Labelled pairs since a trial began before it is judged, and between one verdict and the next. */
        @WithDefault("100")
        int minimumPairs();

        /** Pairs after which it ends, whatever the verdict. */
        @WithDefault("1000")
        int maximumPairs();

        /** Time after which it ends. */
        @WithDefault("7d")
        Duration maximumTime();
    }

    interface Tracing {
        @WithDefault("false")
        boolean enabled();

        /** Where spans go, in OTLP over HTTP. */
        @WithDefault("http://127.0.0.1:4318")
        String endpoint();

        /** Share of the traces that begin here which are kept; of the others, whoever began them decides. */
        @WithDefault("1")
        double sample();

        /** Any property of OpenTelemetry's SDK, for example {@code otel.exporter.otlp.headers}. */
        Map<String, String> properties();
    }

    interface CloudEvents {
        /** Whether caption events have the headers of CloudEvents. */
        @WithDefault("true")
        boolean enabled();

        /** Their source; by default a slash and the application id. */
        Optional<String> source();
    }
}
