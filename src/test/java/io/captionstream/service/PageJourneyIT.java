package io.captionstream.service;

import static io.captionstream.service.DemoVersions.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.GateVerdict;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.TrainingReport;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.scene.SceneRenderer;
import io.captionstream.service.DemoVersions.Version;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The way of a person through the live page, in a real browser on the packaged service: drop an image, read what both models
 * say, promote a version, take it back, see an event die, try it again. Screenshots of each step are in
 * {@code target/screenshots}.
 */
class PageJourneyIT {
    private static final String OTHER = "inceptionv3-glove";
    private static final String RESULT = ".result[data-state=captioned]";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int EPOCHS = 8;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final SceneGenerator scenes = new SceneGenerator(1L << 33);
    private final SceneRenderer renderer = new SceneRenderer();
    private EventLog log;
    private DemoVersions versions;
    private ApplicationProcess service;
    private LateServer web;
    private Chromium browser;
    private int sent;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() throws Exception {
        browser = new Chromium();
        log = new EventLog(stack, 2);
        versions = new DemoVersions(stack, log.topics().modelReleases(), folder);
        Version first = versions.make(DemoVersions.WORD);
        versions.make("one");
        versions.release(first);
        Map<String, String> properties = new HashMap<>(log.serviceProperties());
        properties.putAll(versions.serviceProperties());
        properties.put("captionstream.models", DemoModels.list());
        properties.put("captionstream.page.enabled", "true");
        properties.put("captionstream.operations.enabled", "true");
        properties.put("captionstream.image.http.allowed-networks", "127.0.0.0/8");
        service = ApplicationProcess.start(
                DemoModels.application(), stack, folder.resolve("service"), List.of("-Xmx512m"), properties);
        web = new LateServer();
        service.awaitReady();
    }

    @AfterEach
    void close() {
        for (AutoCloseable each : new AutoCloseable[] {browser, service, web, versions, log}) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void shouldLeadThroughAllOfIt() throws Exception {
        try {
            journey();
        } catch (Throwable e) {
            browser.screenshot("failed");
            throw e;
        }
    }

    private void journey() throws Exception {
        reportTraining();
        look();
        String before = drop("02-captions-of-both-models");
        assertThat(before).contains(" " + DemoVersions.WORD + " ");

        promote();
        assertThat(drop("04-promoted")).contains(" one ").doesNotContain(" " + DemoVersions.WORD + " ");
        rollBack();
        assertThat(drop("05-rolled-back")).isEqualTo(before);

        dieAndLiveAgain();
        lookElsewhere();
        assertThat(browser.origins()).isEqualTo(List.of(service.url()));
        assertThat(browser.errors()).isEmpty();
    }

    private void look() throws IOException {
        browser.colours("light");
        browser.open(service.url());
        browser.see("#link[data-state=live]");
        for (int number = 0; number < 12; number++) {
            send();
        }
        await().atMost(PATIENCE).until(() -> browser.texts(".shot .what").size() >= 16);
        browser.see("[data-model=" + MODEL + "] [data-version='2'][data-status=LIVE]");
        assertThat(browser.see("[data-model=" + OTHER + "] .curve.train").getAttribute("points"))
                .hasLineCount(1)
                .satisfies(points -> assertThat(points.split(" ")).hasSize(EPOCHS));
        await().atMost(PATIENCE)
                .until(() -> !browser.texts("[data-vital=rate]").contains("0.0")
                        && browser.texts("[data-vital=lag]").contains("0"));
        browser.screenshot("01-page");
    }

    /** Drops a file; returns what the model says whose versions are changed. */
    private String drop(String screenshot) throws IOException {
        Path file = folder.resolve("dropped.jpg");
        Files.write(file, ImageServer.jpeg());
        String earlier = browser.has(RESULT) ? browser.see(RESULT).getAttribute("data-id") : "none";
        browser.drop(file, "#drop");
        browser.see(RESULT + ":not([data-id='" + earlier + "'])");
        String id = browser.see(RESULT).getAttribute("data-id");

        CaptionEvent event = captionEvent(id);
        String said = ".result [data-model=%s] ";
        for (var caption : event.getCaptions()) {
            String of = said.formatted(caption.getModel());
            assertThat(browser.texts(of + ".caption")).containsExactly(caption.getCaption());
            assertThat(browser.texts(of + ".alternatives .text"))
                    .hasSameSizeAs(caption.getAlternatives())
                    .hasSize(3);
            var tokens = caption.getAlternatives().get(0).getTokens();
            assertThat(browser.texts(of + ".word .text"))
                    .containsExactlyElementsOf(
                            tokens.stream().map(token -> token.getToken()).toList());
            assertThat(browser.texts(of + ".word .odds")).hasSameSizeAs(tokens).allSatisfy(odds -> assertThat(odds)
                    .matches("[<>]?\\d+%"));
        }
        assertThat(event.getCaptions()).hasSize(2);
        browser.top();
        browser.screenshot(screenshot);
        return event.getCaptions().get(0).getCaption();
    }

    private CaptionEvent captionEvent(String id) {
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            log.poll();
                            return log.captions().stream()
                                    .filter(event -> event.getId().equals(id))
                                    .findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private void promote() throws IOException {
        browser.click("[data-model=" + MODEL + "] [data-version='3'] button");
        browser.type("#reason", "Says one where the other says a");
        browser.screenshot("03-promote");
        browser.click("#confirm-yes");
        browser.see("[data-model=" + MODEL + "] [data-version='3'][data-status=LIVE]");
        awaitSpeaking("3");
    }

    private void rollBack() {
        browser.click("[data-model=" + MODEL + "] > header button");
        browser.click("#confirm-yes");
        browser.see("[data-model=" + MODEL + "] [data-version='2'][data-status=LIVE]");
        awaitSpeaking("2");
    }

    /** Captions flow on while the service changes over. */
    private void awaitSpeaking(String version) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
            send();
            return browser.has(".model[data-model=" + MODEL + "][data-speaking='" + version + "']");
        });
    }

    private void dieAndLiveAgain() throws IOException {
        browser.type("#uri", web.uri());
        browser.click("#drop button[type=submit]");
        browser.see(".result[data-state=dead]");
        String id = browser.see(".result").getAttribute("data-id");
        String letter = ".letter[data-id='" + id + "']";
        assertThat(browser.see(letter).getAttribute("data-code")).isEqualTo("NOT_FOUND");
        await().atMost(PATIENCE)
                .until(() -> browser.texts("[data-vital=dead]").contains("1") && !browser.has(".toast"));
        browser.screenshot("06-dead-letter");

        web.upload();
        browser.click(letter + " button");
        browser.see(letter + "[data-state=captioned]");
        browser.see(RESULT + "[data-id='" + id + "']");
        assertThat(captionEvent(id).getCaptions()).hasSize(2);
        browser.top();
        browser.screenshot("07-retried");
    }

    private void lookElsewhere() throws IOException {
        assertThat(browser.barriers()).isEmpty();
        browser.colours("dark");
        assertThat(browser.barriers()).isEmpty();
        browser.screenshot("08-dark");
        browser.phone();
        browser.top();
        assertThat(browser.overflow()).isZero();
        browser.screenshot("09-phone");
        browser.colours("light");
        browser.scrollTo("#models");
        browser.screenshot("10-phone-models");
        browser.desktop();
    }

    private void send() throws IOException {
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        ImageIO.write(renderer.render(scenes.scene(++sent)), "jpeg", jpeg);
        var unused = log.send(ImageEvent.newBuilder()
                .setId("scene-%03d".formatted(sent))
                .setContent(ByteBuffer.wrap(jpeg.toByteArray()))
                .build());
        log.flush();
    }

    /** As the trainers do of a run that has just ended. */
    private void reportTraining() throws Exception {
        try (KafkaProducer<String, Object> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers()),
                new StringSerializer(),
                Clients.eventSerializer(stack.registry().url()))) {
            TrainingReport.Builder report = TrainingReport.newBuilder()
                    .setModel(OTHER)
                    .setRunId("run-1")
                    .setParentVersion("1")
                    .setCandidateVersion("2")
                    .setTrigger("count");
            report(producer, report.setPhase("started"));
            for (int epoch = 1; epoch <= EPOCHS; epoch++) {
                double loss = 0.25 + 2.1 * Math.exp(-0.45 * epoch);
                report(
                        producer,
                        report.setPhase("epoch")
                                .setEpoch(epoch)
                                .setTrainLoss(loss)
                                .setValidationLoss(loss * (1.02 + 0.02 * epoch)));
            }
            report(
                    producer,
                    report.setPhase("promoted")
                            .setEpoch(null)
                            .setTrainLoss(null)
                            .setValidationLoss(null)
                            .setVerdict(GateVerdict.newBuilder()
                                    .setPromoted(true)
                                    .setReason("better on new images in 100% of the resamples, as good on old ones")
                                    .build()));
        }
    }

    private void report(KafkaProducer<String, Object> producer, TrainingReport.Builder report) throws Exception {
        TrainingReport ready = report.setReportedAt(Instant.now()).build();
        producer.send(new ProducerRecord<>(log.topics().trainingReports(), ready.getModel(), ready))
                .get();
    }
}
