package io.captionstream.labels;

import static io.captionstream.labels.Pairs.inline;
import static io.captionstream.labels.Pairs.key;
import static io.captionstream.labels.Pairs.pair;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import io.captionstream.image.ImageErrorCode;
import io.captionstream.image.ImageException;
import io.captionstream.image.ImageReference;
import io.captionstream.image.VerifiedImage;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelLogTest {
    private static final String TOPIC = "labeled-pairs";

    @TempDir
    private Path folder;

    private final List<List<ConsumerRecord<byte[], byte[]>>> partitions = List.of(new ArrayList<>(), new ArrayList<>());
    private final Map<String, byte[]> web = new HashMap<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private long beginning;
    private LabelLog log;

    @BeforeEach
    void open() {
        log = new LabelLog(this::consumer, new LabelRules(Pairs::decode, 100), new LabelImages(this::fetch, folder));
    }

    @Test
    void shouldSplitTheFreshFromTheOld() throws IOException {
        add(0, "a", uri("a"), "one dog");
        add(0, "b", uri("b"), "two dogs");
        add(1, "c", uri("c"), "three dogs");

        LabeledDataset data = read(range(0, 0, 1, false), range(0, 1, 2, true), range(1, 0, 1, true));

        assertThat(data.old()).extracting(CaptionedImage::id).containsExactly("a");
        assertThat(data.fresh()).extracting(CaptionedImage::id).containsExactly("b", "c");
        assertThat(data.fresh().get(0).captions()).containsExactly("two dogs");
        assertThat(data.fresh().get(0).file()).hasBinaryContent("b".getBytes(UTF_8));
        assertThat(data.outcomes()).containsExactly(Map.entry("learned", 3));
    }

    @Test
    void shouldReadNothingBeyondTheRanges() throws IOException {
        add(0, "a", uri("a"), "one dog");
        add(0, "a", uri("a"), "two dogs");
        add(0, "b", uri("b"), "three dogs");

        LabeledDataset data = read(range(0, 0, 1, true));

        assertThat(data.images())
                .singleElement()
                .extracting(CaptionedImage::captions)
                .isEqualTo(List.of("one dog"));
    }

    @Test
    void shouldTakeTheNewestOfContradictoryLabels() throws IOException {
        add(0, "a", uri("a"), "a dog");
        add(0, "a", uri("a"), "a cat");

        LabeledDataset data = read(range(0, 0, 1, false), range(0, 1, 2, true));

        assertThat(data.old()).isEmpty();
        assertThat(data.fresh())
                .singleElement()
                .extracting(CaptionedImage::captions)
                .isEqualTo(List.of("a cat"));
        assertThat(data.outcomes()).containsOnly(Map.entry("learned", 1), Map.entry("superseded", 1));
    }

    @Test
    void shouldMergeContradictoryLabelsOfOneImageUnderSeveralIds() throws IOException {
        String copy = "https://example.org/copy";
        web.put(copy, "a".getBytes(UTF_8));
        add(0, "a", uri("a"), "a dog");
        add(0, "b", copy, "a cat", "a dog");

        LabeledDataset data = read(range(0, 0, 2, true));

        assertThat(data.fresh()).singleElement().satisfies(image -> {
            assertThat(image.id()).isEqualTo("a");
            assertThat(image.captions()).containsExactly("a dog", "a cat");
        });
        assertThat(data.outcomes()).containsOnly(Map.entry("learned", 1), Map.entry("duplicate-image", 1));
    }

    @Test
    void shouldWithdrawWithANullValue() throws IOException {
        add(0, "a", uri("a"), "a dog");
        add(0, "b", uri("b"), "a cat");
        withdraw(0, "a");

        LabeledDataset data = read(range(0, 0, 2, false), range(0, 2, 3, true));

        assertThat(data.images()).extracting(CaptionedImage::id).containsExactly("b");
        assertThat(data.outcomes())
                .containsOnly(Map.entry("learned", 1), Map.entry("superseded", 1), Map.entry("withdrawn", 1));
    }

    @Test
    void shouldNotTakeAPairForFreshThatIsRepeated() throws IOException {
        add(0, "a", uri("a"), "a dog");
        add(0, "a", uri("a"), "a dog");

        LabeledDataset data = read(range(0, 0, 1, false), range(0, 1, 2, true));

        assertThat(data.fresh()).isEmpty();
        assertThat(data.old()).hasSize(1);
        assertThat(data.outcomes()).containsOnly(Map.entry("learned", 1), Map.entry("repeated", 1));
    }

    @Test
    void shouldLeaveOutImagesThatCannotBeHad() throws IOException {
        add(0, "a", uri("a"), "a dog");
        add(0, "b", "https://example.org/missing", "a dog");
        add(0, "c", "https://example.org/broken", "a dog");

        LabeledDataset data = read(range(0, 0, 3, true));

        assertThat(data.images()).extracting(CaptionedImage::id).containsExactly("a");
        assertThat(data.outcomes())
                .containsOnly(
                        Map.entry("learned", 1), Map.entry("image-unavailable", 1), Map.entry("image-undecodable", 1));
    }

    @Test
    void shouldIgnoreWhatIsRefusedAndKeepWhatWasBefore() throws IOException {
        add(0, "a", uri("a"), "a dog");
        add(0, "a", uri("a"), "?");
        partitions.get(0).add(record(0, key("a"), new byte[] {7}));

        LabeledDataset data = read(range(0, 0, 3, true));

        assertThat(data.images())
                .singleElement()
                .extracting(CaptionedImage::captions)
                .isEqualTo(List.of("a dog"));
        assertThat(data.outcomes())
                .containsOnly(Map.entry("learned", 1), Map.entry("no-caption", 1), Map.entry("undecodable-pair", 1));
    }

    @Test
    void shouldKeepInlineImages() throws IOException {
        partitions.get(0).add(record(0, key("a"), inline("a", new byte[] {1, 2}, "a dog")));

        LabeledDataset data = read(range(0, 0, 1, true));

        assertThat(data.fresh().get(0).file()).hasBinaryContent(new byte[] {1, 2});
    }

    @Test
    void shouldReadTheSameInTheSameOrderWithoutFetchingAgain() throws IOException {
        for (int i = 0; i < 300; i++) {
            add(i % 2, "id" + i, uri("id" + i), "a dog");
        }
        LabeledDataset first = read(range(0, 0, 150, true), range(1, 0, 150, true));

        LabeledDataset second = read(range(1, 0, 150, true), range(0, 0, 150, true));

        assertThat(second).isEqualTo(first);
        assertThat(second.images()).hasSize(300);
        assertThat(fetches).hasValue(300);
    }

    @Test
    void shouldCountTheSamePairAMillionTimesOnce() throws IOException {
        LabelTable table =
                new LabelTable(new LabelRules(Pairs::decode, 100), (pair, image) -> new CompletableFuture<>());
        byte[] value = inline("a", new byte[10_000], "a dog");
        for (int i = 0; i < 1_000_000; i++) {
            table.add(0, i, true, key("a"), value);
        }

        assertThat(table.entries()).hasSize(1);
        assertThat(table.outcomes()).containsOnly(Map.entry(LabelOutcome.REPEATED, 999_999));
    }

    @Test
    void shouldSayWhatTheLogNoLongerHolds() throws IOException {
        for (int i = 0; i < 5; i++) {
            add(0, "id" + i, uri("id" + i), "a dog");
        }
        beginning = 3;

        LabeledDataset data = read(range(0, 0, 5, true));

        assertThat(data.images()).hasSize(2);
        assertThat(data.outcomes()).containsOnly(Map.entry("learned", 2), Map.entry("expired", 3));
    }

    @Test
    void shouldStopWhenAsked() throws IOException {
        add(0, "a", uri("a"), "a dog");

        assertThat(log.read(List.of(range(0, 0, 1, true)), LabelListener.NONE, () -> true))
                .isEmpty();
    }

    @Test
    void shouldTellHowFarItIs() throws IOException {
        add(0, "a", uri("a"), "a dog");
        add(1, "b", uri("b"), "a dog");
        List<String> told = new ArrayList<>();

        log.read(
                List.of(range(0, 0, 1, true), range(1, 0, 1, true)),
                new LabelListener() {
                    @Override
                    public void onRecords(long done, long total) {
                        told.add(done + " of " + total);
                    }
                },
                () -> false);

        assertThat(told).containsExactly("1 of 2", "2 of 2");
    }

    @Test
    void shouldReadBackWhatItNoted() throws IOException {
        add(0, "a", uri("a"), "a dog", "the dog");
        add(0, "b", uri("b"), "a cat");
        LabeledDataset data = read(range(0, 0, 1, false), range(0, 1, 2, true));
        Path file = folder.resolve("run").resolve("dataset.json");
        assertThat(DatasetFile.read(file, log.images())).isEmpty();

        DatasetFile.write(file, data);

        assertThat(DatasetFile.read(file, log.images())).contains(data);
        Files.delete(data.fresh().get(0).file());
        assertThat(DatasetFile.read(file, log.images())).isEmpty();
    }

    @Test
    void shouldFailIfTheDiskDoes() throws IOException {
        add(0, "a", uri("a"), "a dog");
        Files.writeString(folder.resolve("images"), "in the way");

        assertThatThrownBy(() -> read(range(0, 0, 1, true))).isInstanceOf(IOException.class);
    }

    private static LogRange range(int partition, long from, long to, boolean fresh) {
        return new LogRange(TOPIC, partition, from, to, fresh);
    }

    private LabeledDataset read(LogRange... ranges) throws IOException {
        Optional<LabeledDataset> data = log.read(List.of(ranges), LabelListener.NONE, () -> false);
        return data.orElseThrow();
    }

    private String uri(String content) {
        String uri = "https://example.org/" + content;
        web.put(uri, content.getBytes(UTF_8));
        return uri;
    }

    private void add(int partition, String id, String uri, String... captions) {
        partitions.get(partition).add(record(partition, key(id), pair(id, uri, captions)));
    }

    private void withdraw(int partition, String id) {
        partitions.get(partition).add(record(partition, key(id), null));
    }

    private ConsumerRecord<byte[], byte[]> record(int partition, byte[] key, byte[] value) {
        long offset = partitions.get(partition).size();
        return new ConsumerRecord<>(
                TOPIC,
                partition,
                offset,
                1000 + offset,
                TimestampType.CREATE_TIME,
                key.length,
                value == null ? -1 : value.length,
                key,
                value,
                new RecordHeaders(),
                Optional.empty());
    }

    private MockConsumer<byte[], byte[]> consumer() {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none") {
            @Override
            public synchronized void seek(TopicPartition partition, long offset) {
                super.seek(partition, offset);
                partitions.get(partition.partition()).stream()
                        .filter(record -> record.offset() >= offset)
                        .forEach(this::addRecord);
            }
        };
        consumer.updateBeginningOffsets(
                Map.of(new TopicPartition(TOPIC, 0), beginning, new TopicPartition(TOPIC, 1), beginning));
        return consumer;
    }

    private CompletableFuture<VerifiedImage> fetch(ImageReference reference) {
        fetches.incrementAndGet();
        byte[] bytes = reference.content() != null ? reference.content() : web.get(reference.uri());
        if (bytes != null) {
            return CompletableFuture.supplyAsync(() ->
                    new VerifiedImage(bytes, Hashing.sha256().hashBytes(bytes).toString()));
        }
        ImageException failure = Objects.requireNonNull(reference.uri()).endsWith("missing")
                ? new ImageException(ImageErrorCode.NOT_FOUND, ImageException.Stage.FETCH, "404")
                : new ImageException(ImageErrorCode.CORRUPT_IMAGE, ImageException.Stage.DECODE, "half an image");
        return CompletableFuture.failedFuture(failure);
    }
}
