package io.captionstream.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.event.ImageEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PublicationTest {
    private final List<String> sent = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();

    @Test
    void shouldPublishAll() throws IOException {
        Publication.Summary summary = publication(0, 0).run(images(5), () -> false);

        assertThat(summary).isEqualTo(new Publication.Summary(5, 5, true));
        assertThat(sent).containsExactly("s3://0", "s3://1", "s3://2", "s3://3", "s3://4");
        assertThat(heard).isEqualTo(sent);
    }

    @Test
    void shouldGoOnWhereItWasStopped() throws IOException {
        Publication.Summary stopped = publication(0, 0).run(images(5), () -> sent.size() == 2);
        Publication.Summary rest = publication(0, stopped.next()).run(images(5), () -> false);

        assertThat(stopped).isEqualTo(new Publication.Summary(2, 2, false));
        assertThat(rest).isEqualTo(new Publication.Summary(3, 5, true));
        assertThat(sent).containsExactly("s3://0", "s3://1", "s3://2", "s3://3", "s3://4");
    }

    @Test
    void shouldKeepToARate() throws IOException {
        long start = System.nanoTime();
        publication(20, 0).run(images(11), () -> false);

        // The first goes at once, each of the others 50 ms after the one before.
        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(480));
    }

    @Test
    void shouldStopAtWhatCannotBeWritten() {
        assertThatThrownBy(() -> new Publication(
                                event -> event.getId().equals("s3://2")
                                        ? CompletableFuture.failedFuture(new IOException("too large"))
                                        : send(event),
                                0,
                                0,
                                (event, at) -> heard.add(event.getId()))
                        .run(images(5), () -> false))
                .isInstanceOf(IOException.class)
                .hasMessage("too large. 2 events were written; --skip 2 goes on after them");
        assertThat(heard).containsExactly("s3://0", "s3://1");
    }

    @Test
    void shouldSayHowFarItCameWhenAnInputFails() {
        assertThatThrownBy(() -> publication(0, 0)
                        .run(
                                ImageInputs.of(
                                        List.of("s3://0", "-"),
                                        new ByteArrayInputStream("nonsense".getBytes(UTF_8)),
                                        template(),
                                        Placement.inline()),
                                () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("standard input, line 1: ")
                .hasMessageEndingWith("1 events were written; --skip 1 goes on after them");
    }

    private Publication publication(double rate, long skip) {
        return new Publication(this::send, rate, skip, (event, at) -> heard.add(event.getId()));
    }

    private CompletableFuture<RecordMetadata> send(ImageEvent event) {
        sent.add(event.getId());
        return CompletableFuture.completedFuture(new RecordMetadata(new TopicPartition("t", 0), 0, 0, 0, 0, 0));
    }

    private static ImageInputs images(int count) throws IOException {
        return ImageInputs.of(
                IntStream.range(0, count).mapToObj(i -> "s3://" + i).toList(),
                new ByteArrayInputStream(new byte[0]),
                template(),
                Placement.inline());
    }

    private static EventTemplate template() {
        return new EventTemplate("", List.of(), null, Map.of(), Clock.systemUTC());
    }
}
