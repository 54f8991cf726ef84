package io.captionstream.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.finetune.Gate;
import io.captionstream.finetune.GateConfig;
import io.captionstream.image.ImageErrorCode;
import io.captionstream.image.ImageException;
import io.captionstream.image.ImageReference;
import io.captionstream.image.VerifiedImage;
import io.captionstream.labels.LabelImages;
import io.captionstream.labels.LabelLog;
import io.captionstream.labels.LabelRules;
import io.captionstream.labels.LogRange;
import io.captionstream.labels.Pairs;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.Bundles;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TinyNetworks;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import io.captionstream.store.StoredBundle;
import io.captionstream.training.TrainingHistory;
import io.captionstream.training.TrainingResources;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with a real network, a tiny one. */
class TrainingRunTest {
    private static final NetworkConfig NETWORK = TinyNetworks.resnet();
    private static final String MODEL = NETWORK.architecture().modelName();
    private static final TopicPartition LOG = new TopicPartition("labeled-pairs", 0);
    private static final int LABELS = 80;

    @TempDir
    private Path folder;

    private final List<byte[]> labels = new ArrayList<>();
    private final Map<String, byte[]> web = new HashMap<>();
    private BundleStore store;
    private StoredBundle parent;

    @BeforeEach
    void open() throws Exception {
        store = BundleStore.open(StoreConfig.of(folder.resolve("store").toUri()));
        parent = store.publish(BundleWriter.write(folder.resolve("parent"), Bundles.contents(NETWORK)));
        for (int number = 0; number < LABELS; number++) {
            String uri = "https://example.org/" + number;
            web.put(uri, picture(number));
            labels.add(Pairs.pair("id" + number, uri, "word4 word%d word%d".formatted(5 + number % 3, 8 + number % 2)));
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldMakeTheSameBundleInOneGoAndInParts() throws Exception {
        RunPlan plan = plan("run");
        TrainingRun run = run("one");
        RunOutcome whole = run.run(plan, RunListener.NONE, () -> false).orElseThrow();
        store.delete(whole.stored().uri());

        TrainingRun other = run("other");
        AtomicBoolean stop = new AtomicBoolean();
        RunListener stopping = new RunListener() {
            @Override
            public void onHistory(TrainingHistory history) {
                stop.set(history.epochs().size() == 2);
            }
        };
        assertThat(other.run(plan, stopping, stop::get)).isEmpty();
        // What the web has to say now does not matter to a run that has begun.
        web.clear();
        List<Integer> told = new ArrayList<>();
        RunListener listening = new RunListener() {
            @Override
            public void onHistory(TrainingHistory history) {
                told.add(history.epochs().size());
            }
        };
        Optional<RunOutcome> outcome = other.run(plan, listening, () -> false);

        assertThat(told).containsExactly(2, 3, 4);
        assertThat(outcome.get().stored().digest()).isEqualTo(whole.stored().digest());
        assertThat(outcome.get().labels()).isEqualTo(whole.labels()).containsEntry("learned", LABELS);
        assertThat(RunPlan.of(run.stored(MODEL, whole.stored().digest()))).isEqualTo(plan);
    }

    @Test
    void shouldJudgeAndStoreAndForget() throws Exception {
        RunPlan plan = plan("run");
        TrainingRun run = run("one");

        RunOutcome outcome = run.run(plan, RunListener.NONE, () -> false).orElseThrow();

        assertThat(outcome.verdict().reason()).isNotEmpty();
        assertThat(outcome.metrics()).containsKey("fresh.images");
        assertThat(store.list(MODEL))
                .extracting(StoredBundle::digest)
                .contains(outcome.stored().digest());
        assertThat(run.folder(plan)).exists();
        RunPlan next = plan("next");
        run.forgetOthers(next);
        assertThat(run.folder(plan)).doesNotExist();
    }

    @Test
    void shouldMakeABundleFromNothing() throws Exception {
        FineTuneConfig config = FineTuneConfig.defaults().withSchedule(1, 0.01).withMinimumWordCount(1);
        RunPlan plan =
                new RunPlan(MODEL, "scratch", "2", ranges(LABELS), null, NETWORK, config, Instant.EPOCH, "command");

        RunOutcome outcome = run("one").run(plan, RunListener.NONE, () -> false).orElseThrow();

        assertThat(outcome.verdict().promoted()).isFalse();
        ModelBundle bundle = run("one").stored(MODEL, outcome.stored().digest());
        assertThat(RunPlan.of(bundle).parent()).isNull();
        assertThat(bundle.vocabulary().words()).contains("word4", "word8").doesNotContain("word11");
    }

    @Test
    void shouldSayThatNothingCanBeLearned() {
        web.clear();

        assertThatThrownBy(() -> run("one").run(plan("run"), RunListener.NONE, () -> false))
                .isInstanceOfSatisfying(NothingToLearnException.class, e -> assertThat(e.labels())
                        .containsOnly(Map.entry("image-unavailable", LABELS)));
    }

    @Test
    void shouldSayThatTheParentIsGone() throws Exception {
        store.delete(parent.uri());

        assertThatThrownBy(() -> run("one").run(plan("run"), RunListener.NONE, () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(parent.digest());
    }

    private RunPlan plan(String id) {
        FineTuneConfig config = FineTuneConfig.defaults().withSchedule(4, 0.01).withBatches(16, 1);
        return new RunPlan(
                MODEL,
                id,
                "2",
                ranges(LABELS),
                new RunPlan.Parent("1", parent.digest()),
                null,
                config,
                Instant.EPOCH,
                "count");
    }

    private static List<LogRange> ranges(long end) {
        return List.of(new LogRange(LOG.topic(), LOG.partition(), 0, end, true));
    }

    private TrainingRun run(String name) {
        Path own = folder.resolve(name);
        LabelLog log = new LabelLog(
                this::consumer,
                new LabelRules(Pairs::decode, 100),
                new LabelImages(this::fetch, own.resolve("labels")));
        return new TrainingRun(
                log,
                store,
                new Gate(new GateConfig(0.6, 0.02, 2, 100, 200, 1)),
                new TrainingResources(64 << 20, 2, own.resolve("features")),
                own);
    }

    private MockConsumer<byte[], byte[]> consumer() {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none") {
            @Override
            public synchronized void seek(TopicPartition partition, long offset) {
                super.seek(partition, offset);
                for (int i = (int) offset; i < labels.size(); i++) {
                    addRecord(new ConsumerRecord<>(LOG.topic(), 0, i, Pairs.key("id" + i), labels.get(i)));
                }
            }
        };
        consumer.updateBeginningOffsets(Map.of(LOG, 0L));
        return consumer;
    }

    private CompletableFuture<VerifiedImage> fetch(ImageReference reference) {
        byte[] bytes = web.get(reference.uri());
        return bytes == null
                ? CompletableFuture.failedFuture(
                        new ImageException(ImageErrorCode.NOT_FOUND, ImageException.Stage.FETCH, "404"))
                : CompletableFuture.completedFuture(new VerifiedImage(
                        bytes, Hashing.sha256().hashBytes(bytes).toString()));
    }

    private static byte[] picture(int number) throws IOException {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(List.of(Color.RED, Color.GREEN, Color.BLUE).get(number % 3));
        graphics.fillRect(0, 0, 32, 16 + number % 2 * 16);
        graphics.dispose();
        image.setRGB(number % 32, number / 32, 0x808080 + number);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
