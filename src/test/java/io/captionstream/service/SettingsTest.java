package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.caption.CaptionConfig;
import io.captionstream.caption.Ordering;
import io.captionstream.image.FetchConfig;
import io.captionstream.image.ImageConfig;
import io.captionstream.image.SourceConfig;
import io.captionstream.inference.BatcherConfig;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final long HEAP = 512L << 20;

    @Test
    void shouldDefaultToWhatThePackagesThemselvesDefaultTo() {
        Settings settings = new Settings(config(Map.of()), HEAP);

        assertThat(settings.batcher()).isEqualTo(BatcherConfig.defaults());
        ImageConfig image = settings.image();
        assertThat(image.maxBytes()).isEqualTo(25_000_000);
        assertThat(image.maxPixels()).isEqualTo(50_000_000);
        assertThat(image.fetch()).isEqualTo(ImageConfig.defaults().fetch());
        assertThat(image.http()).isEqualTo(ImageConfig.defaults().http());
        assertThat(image.file()).isEqualTo(ImageConfig.defaults().file());
        assertThat(image.s3()).isEqualTo(ImageConfig.defaults().s3());
        CaptionConfig caption = settings.caption();
        assertThat(caption.topics()).isEqualTo(CaptionConfig.defaults().topics());
        assertThat(caption.decoding()).isEqualTo(CaptionConfig.defaults().decoding());
        assertThat(caption.retry()).isEqualTo(CaptionConfig.defaults().retry());
        assertThat(caption.limits().bytes()).isEqualTo(HEAP / 16);
        assertThat(caption.limits().processBytes()).isEqualTo(HEAP / 8);
    }

    @Test
    void shouldSayWhichSizeIsNone() {
        assertThatThrownBy(
                        () -> StreamsProperties.caption(config(Map.of("captionstream.caption.max-record-size", "2G"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("captionstream.caption.max-record-size must be from 1 byte to 1 GiB, not 2147483648 bytes");
        assertThatThrownBy(() -> StreamsProperties.train(config(Map.of("captionstream.training.max-record-size", "0"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("captionstream.training.max-record-size must be");
    }

    @Test
    void shouldTakeWhatTheOperatorSets() {
        Settings settings = new Settings(
                config(Map.of(
                        "captionstream.caption.ordering", "partition",
                        "captionstream.caption.max-in-flight-bytes", "10M",
                        "captionstream.inference.linger", "5ms",
                        "captionstream.image.http.allowed-networks", "10.0.0.0/8,::1/128",
                        "captionstream.image.max-bytes", "1M",
                        "captionstream.topics.dead-letters", "graveyard")),
                HEAP);

        assertThat(settings.caption().ordering()).isEqualTo(Ordering.PARTITION);
        assertThat(settings.caption().limits().bytes()).isEqualTo(10L << 20);
        assertThat(settings.batcher().linger()).isEqualTo(Duration.ofMillis(5));
        assertThat(settings.image().http().allowedNetworks()).containsExactlyInAnyOrder("10.0.0.0/8", "::1/128");
        assertThat(settings.image().maxBytes()).isEqualTo(1L << 20);
        assertThat(settings.topics().deadLetters()).isEqualTo("graveyard");
    }

    @Test
    void shouldLimitSourcesToTheThreadsThereAreUnlessTheOperatorSaysLess() {
        FetchConfig few = new Settings(config(Map.of("captionstream.image.fetch.threads", "8")), HEAP)
                .image()
                .fetch();
        FetchConfig limited = new Settings(
                        config(Map.of(
                                "captionstream.image.fetch.max-per-source", "3",
                                "captionstream.image.fetch.breaker.failures", "20",
                                "captionstream.image.fetch.breaker.min-pause", "1s",
                                "captionstream.image.fetch.breaker.max-pause", "10m",
                                "captionstream.image.fetch.outage-window", "2m",
                                "captionstream.image.fetch.outage-limit", "1h")),
                        HEAP)
                .image()
                .fetch();

        assertThat(few.sources().maxPerSource()).isEqualTo(8);
        assertThat(limited.sources())
                .isEqualTo(new SourceConfig(
                        3,
                        20,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(2),
                        Duration.ofHours(1)));
    }

    @Test
    void shouldRefuseSettingsOfSourcesThatDoNotGoTogether() {
        assertThatThrownBy(() -> new Settings(
                                config(Map.of(
                                        "captionstream.image.fetch.threads", "8",
                                        "captionstream.image.fetch.max-per-source", "9")),
                                HEAP)
                        .image())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxPerSource must not be more than threads");
        assertThatThrownBy(() ->
                        new Settings(config(Map.of("captionstream.image.fetch.breaker.max-pause", "1s")), HEAP).image())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("breakerMaxPause must not be shorter");
    }

    @Test
    void shouldLetTheOperatorsKafkaPropertiesWin() {
        Properties properties = StreamsProperties.caption(config(Map.of(
                "captionstream.kafka.properties.\"poll.ms\"", "7",
                "captionstream.kafka.properties.\"security.protocol\"", "SSL",
                "captionstream.kafka.properties.\"producer.delivery.timeout.ms\"", "60000")));

        assertThat(properties).containsEntry("poll.ms", "7").containsEntry("security.protocol", "SSL");
        assertThat(properties).containsEntry("producer.delivery.timeout.ms", "60000");
    }

    @Test
    void shouldRefuseAGroupProtocolThatTakesNoConsumerOfItsOwn() {
        ServiceConfig config = config(Map.of("captionstream.kafka.properties.\"group.protocol\"", "streams"));

        assertThatThrownBy(() -> StreamsProperties.caption(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("group.protocol");
    }

    @Test
    void shouldRefuseAnUnknownGuarantee() {
        ServiceConfig config = config(Map.of("captionstream.caption.processing-guarantee", "at_most_once"));

        assertThatThrownBy(() -> StreamsProperties.caption(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("processing-guarantee")
                .hasMessageContaining("at_most_once");
    }

    static ServiceConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withMapping(ServiceConfig.class)
                .withConverter(io.quarkus.runtime.configuration.MemorySize.class, 100, new MemorySizeConverter())
                .withConverter(Duration.class, 100, new io.quarkus.runtime.configuration.DurationConverter())
                .addDefaultInterceptors()
                .addSystemSources()
                .withSources(new PropertiesConfigSource(properties, "test", 500))
                .build()
                .getConfigMapping(ServiceConfig.class);
    }
}
