package io.captionstream.bench;

import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.ImageInfo;
import io.captionstream.image.DecodedImage;
import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageGeometry;
import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/** The obvious alternative: decode and predict, synchronously and one record at a time, in a mapper. */
final class NaiveService implements AutoCloseable {
    private final Captioner captioner;
    private final DecodingOptions options;
    private final ImageDecoder decoder;
    private final ImageGeometry geometry;
    private final ConfluentEventCodec codec;
    private final KafkaStreams streams;

    NaiveService(
            EmbeddedStack stack,
            Path directory,
            String inputTopic,
            String outputTopic,
            Captioner captioner,
            DecodingOptions options,
            ImageDecoder decoder,
            ImageGeometry geometry) {
        this.captioner = captioner;
        this.options = options;
        this.decoder = decoder;
        this.geometry = geometry;
        this.codec = new ConfluentEventCodec(
                new CachedSchemaRegistryClient(stack.registry().url(), 100), Map.of("auto.register.schemas", true));
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(inputTopic, Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .mapValues(value -> caption(inputTopic, outputTopic, value))
                .to(outputTopic, Produced.with(Serdes.String(), Serdes.ByteArray()));
        Properties properties = new Properties();
        properties.put("application.id", "naive");
        properties.put("bootstrap.servers", stack.broker().bootstrapServers());
        properties.put("state.dir", directory.toString());
        properties.put("processing.guarantee", "exactly_once_v2");
        properties.put("auto.offset.reset", "earliest");
        streams = new KafkaStreams(builder.build(), properties);
        streams.start();
    }

    private byte[] caption(String inputTopic, String outputTopic, byte[] value) {
        try {
            ImageEvent event = codec.decodeImageEvent(inputTopic, value);
            byte[] encoded = Files.readAllBytes(Path.of(URI.create(event.getUri())));
            DecodedImage image = decoder.decode(encoded, Set.of(geometry));
            byte[] pixels = image.pixels().get(geometry);
            ByteBuffer buffer =
                    ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
            Alternative best = captioner.caption(buffer, 1, options).get(0).get(0);
            return codec.encodeCaptionEvent(
                    outputTopic,
                    CaptionEvent.newBuilder()
                            .setId(event.getId())
                            .setCaptions(List.of())
                            .setAttributes(Map.of("caption", best.text()))
                            .setImage(new ImageInfo(image.width(), image.height(), "jpeg", (long) encoded.length, ""))
                            .setOrigin(new EventOrigin(inputTopic, 0, 0L, Instant.EPOCH))
                            .setCaptionedAt(Instant.now())
                            .build());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        streams.close();
    }
}
