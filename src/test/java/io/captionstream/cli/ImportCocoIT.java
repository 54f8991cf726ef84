package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.Captionstream;
import io.captionstream.coco.CocoFiles;
import io.captionstream.embedded.ChildJvm;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.LabeledPair;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCocoIT {
    private static final int IMAGES = 20_000;

    @TempDir
    Path folder;

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @Test
    void shouldSendPairsThatAnyConsumerReads() throws IOException {
        stack.broker().createTopics(3, "coco-pairs");
        Path file = CocoFiles.annotations(folder.resolve("captions_val2014.json"), 50);

        assertThat(CaptionstreamCommand.run(arguments(file, "coco-pairs"))).isZero();
        // All is acknowledged, so that doing it again sends nothing.
        assertThat(CaptionstreamCommand.run(arguments(file, "coco-pairs"))).isZero();

        List<ConsumerRecord<String, Object>> records = read("coco-pairs");
        assertThat(records).hasSize(50).allSatisfy(record -> {
            LabeledPair pair = (LabeledPair) record.value();
            int id = Integer.parseInt(record.key());
            assertThat(pair.getId()).isEqualTo(record.key());
            assertThat(pair.getUri()).isEqualTo("s3://coco/images/" + CocoFiles.name(id));
            assertThat(pair.getCaptions())
                    .containsExactlyInAnyOrder(CocoFiles.caption(id, 1), CocoFiles.caption(id, 2));
            assertThat(pair.getSource()).isEqualTo("coco");
        });
        assertThat(records).extracting(ConsumerRecord::key).doesNotHaveDuplicates();
    }

    @Test
    void shouldSendEachPairOnceWhenStopped() throws IOException {
        stack.broker().createTopics(3, "stopped-pairs");
        Path file = CocoFiles.karpathy(folder.resolve("dataset.json"), IMAGES);
        try (ChildJvm importing = startSlowly(file, "stopped-pairs")) {
            importing.terminate(Duration.ofSeconds(60));
        }
        int before = read("stopped-pairs").size();
        assertThat(before).isBetween(1, IMAGES - 1);

        assertThat(CaptionstreamCommand.run(arguments(file, "stopped-pairs"))).isZero();

        assertThat(timesSent("stopped-pairs")).hasSize(IMAGES).allSatisfy((id, times) -> assertThat(times)
                .isEqualTo(1));
    }

    @Test
    void shouldSendEachPairAtLeastOnceWhenKilled() throws IOException {
        stack.broker().createTopics(3, "killed-pairs");
        Path file = CocoFiles.karpathy(folder.resolve("dataset.json"), IMAGES);
        try (ChildJvm importing = startSlowly(file, "killed-pairs")) {
            importing.kill();
        }
        int before = read("killed-pairs").size();
        int noted = noted(file, "killed-pairs");
        assertThat(before).isBetween(noted, IMAGES - 1);

        assertThat(CaptionstreamCommand.run(arguments(file, "killed-pairs"))).isZero();

        Map<String, Long> times = timesSent("killed-pairs");
        assertThat(times).hasSize(IMAGES);
        // Twice came what was acknowledged after the last note, and nothing else.
        assertThat(times.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(IMAGES + before - noted);
    }

    @Test
    void shouldSayWhatIsMissing() throws IOException {
        Path file = CocoFiles.karpathy(folder.resolve("dataset.json"), 3);

        assertThat(CaptionstreamCommand.run(arguments(file, "no-such-topic"))).isEqualTo(1);
        assertThat(CaptionstreamCommand.run("import-coco", "--annotations", file.toString(), "--topic", "t"))
                .isEqualTo(2);
        assertThat(CaptionstreamCommand.run("import-coco", "--annotations", file.toString()))
                .isEqualTo(2);
    }

    /** One record a request, so that there is a middle to be interrupted in; returns when it has been reached. */
    private ChildJvm startSlowly(Path file, String topic) {
        List<String> arguments = new ArrayList<>(List.of(arguments(file, topic)));
        arguments.addAll(List.of(
                "--kafka-property", "batch.size=0",
                "--kafka-property", "linger.ms=0",
                "--kafka-property", "buffer.memory=8192",
                "--kafka-property", "max.in.flight.requests.per.connection=1"));
        ChildJvm importing = ChildJvm.start(
                "Import",
                folder.resolve("import.log"),
                System.getProperty("java.class.path"),
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                Captionstream.class.getName(),
                arguments);
        importing.awaitReady(Duration.ofSeconds(60), () -> noted(file, topic) > 0);
        return importing;
    }

    private static int noted(Path file, String topic) throws IOException {
        String state = Files.readString(file.resolveSibling(file.getFileName() + "." + topic + ".progress"));
        return Integer.parseInt(state.replaceAll("(?s).*\"position\":(\\d+).*", "$1"));
    }

    private String[] arguments(Path file, String topic) {
        return new String[] {
            "import-coco",
            "--annotations",
            file.toString(),
            "--topic",
            topic,
            "--uri-prefix",
            "s3://coco/images/",
            "--bootstrap-servers",
            stack.broker().bootstrapServers(),
            "--schema-registry",
            stack.registry().url()
        };
    }

    private Map<String, Long> timesSent(String topic) {
        return read(topic).stream()
                .map(ConsumerRecord::key)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private List<ConsumerRecord<String, Object>> read(String topic) {
        KafkaAvroDeserializer values = new KafkaAvroDeserializer();
        values.configure(Map.of("schema.registry.url", stack.registry().url(), "specific.avro.reader", true), false);
        try (KafkaConsumer<String, Object> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers()), new StringDeserializer(), values)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map((PartitionInfo info) -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, Object>> records = new ArrayList<>();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }
}
