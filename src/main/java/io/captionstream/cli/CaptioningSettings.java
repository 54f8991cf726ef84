package io.captionstream.cli;

import io.captionstream.caption.CaptionConfig;
import io.captionstream.caption.DecodingPolicy;
import io.captionstream.event.Topics;
import io.captionstream.image.FileConfig;
import io.captionstream.image.HttpConfig;
import io.captionstream.image.ImageConfig;
import io.captionstream.image.S3Config;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.Refinement;
import io.captionstream.replay.ReplayConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** What a command needs to caption as the service would, from the service's settings. */
final class CaptioningSettings {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final CommandSettings settings = new CommandSettings();

    ReplayConfig replay(Topics topics) {
        CaptionConfig defaults = CaptionConfig.defaults();
        CaptionConfig caption = new CaptionConfig(
                topics,
                defaults.ordering(),
                defaults.limits(),
                defaults.punctuationInterval(),
                defaults.retry(),
                decoding(),
                defaults.maxRecordBytes());
        return new ReplayConfig(
                caption, images(), captioner(), BatcherConfig.defaults(), CLOSE_TIMEOUT, settings.registersSchemas());
    }

    DecodingPolicy decoding() {
        DecodingPolicy defaults = DecodingPolicy.defaultPolicy();
        DecodingOptions search = defaults.search();
        Refinement refinement = defaults.refinement();
        return new DecodingPolicy(
                new DecodingOptions(
                        settings.value("decoding.beam-width", Integer.class, search.beamWidth()),
                        settings.value("decoding.max-length", Integer.class, search.maxLength()),
                        settings.value("decoding.length-penalty", Double.class, search.lengthPenalty())),
                new Refinement(
                        settings.value("decoding.min-length", Integer.class, refinement.minLength()),
                        settings.value("decoding.no-repeat-ngram", Integer.class, refinement.noRepeatNgram()),
                        settings.value("decoding.beam-groups", Integer.class, refinement.beamGroups()),
                        settings.value("decoding.diversity", Double.class, refinement.diversity()),
                        settings.value("decoding.penalty-in-search", Boolean.class, refinement.penaltyInSearch()),
                        settings.value("decoding.temperature", Double.class, refinement.temperature()),
                        settings.value("decoding.top-k", Integer.class, refinement.topK())),
                defaults.limits());
    }

    ImageConfig images() {
        HttpConfig http = HttpConfig.defaults();
        return ImageConfig.defaults()
                .withFile(new FileConfig(
                        settings.list("image.file-roots").stream().map(Path::of).toList()))
                .withHttp(new HttpConfig(
                        http.connectTimeout(),
                        http.maxRedirects(),
                        settings.value("image.http.allow-downgrade", Boolean.class, http.allowDowngrade()),
                        Set.copyOf(settings.list("image.http.allowed-hosts")),
                        Set.copyOf(settings.list("image.http.allowed-networks"))))
                .withS3(new S3Config(
                        settings.text("image.s3.endpoint").map(URI::create).orElse(null),
                        settings.text("image.s3.region").orElse(null),
                        settings.value("image.s3.path-style", Boolean.class, false),
                        Set.copyOf(settings.list("image.s3.buckets"))));
    }

    CaptionerConfig captioner() {
        return CaptionerConfig.of(
                        settings.text("inference.device", "auto"), settings.text("inference.precision", "auto"), 0)
                .withBfloat16Agreement(settings.value(
                        "inference.precision-agreement", Double.class, CaptionerConfig.DEFAULT_AGREEMENT));
    }
}
