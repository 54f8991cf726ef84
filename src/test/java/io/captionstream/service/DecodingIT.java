package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionAlternative;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.DecodingOverrides;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.ModelCaption;
import io.captionstream.event.TokenScore;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.training.CaptionFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events that each ask to be decoded in another way, through the packaged service. */
class DecodingIT {
    @TempDir
    static Path scenes;

    private static byte[] picture;

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @TempDir
    private Path directory;

    @BeforeAll
    static void draw() throws IOException {
        new SceneFolder(scenes).write(new SceneGenerator(7), 1, count -> {});
        picture = Files.readAllBytes(CaptionFile.read(scenes.resolve(SceneFolder.CAPTIONS_FILE))
                .get(0)
                .file());
    }

    @Test
    void shouldDecodeEachEventAsItAsks() throws Exception {
        try (EventLog log = new EventLog(stack, 1)) {
            Map<String, String> properties = new HashMap<>(log.serviceProperties());
            properties.put("captionstream.models", DemoModels.list());
            try (ApplicationProcess service = ApplicationProcess.start(
                    DemoModels.application(), stack, directory, List.of("-Xmx512m"), properties)) {
                service.awaitReady();
                send(log, "plain", null);
                send(log, "long", DecodingOverrides.newBuilder().setMinLength(20));
                send(
                        log,
                        "no-repeats",
                        DecodingOverrides.newBuilder().setMinLength(12).setNoRepeatNgram(1));
                send(
                        log,
                        "diverse",
                        DecodingOverrides.newBuilder().setBeamGroups(3).setDiversity(10.0));
                send(log, "drawn-1", drawn(1));
                send(log, "drawn-1-again", drawn(1));
                send(log, "drawn-2", drawn(2));
                send(log, "plain-again", null);
                log.flush();
                await().atMost(Duration.ofMinutes(2)).until(() -> log.poll() >= 8);

                Map<String, CaptionEvent> captions =
                        log.captions().stream().collect(Collectors.toMap(CaptionEvent::getId, Function.identity()));
                assertThat(captions).hasSize(8);
                for (int model = 0; model < 2; model++) {
                    verify(captions, model);
                }
                assertThat(get(service, "/q/health")).containsPattern("\"resnet50-lstm\": ?\"(bf16|fp32): ");
                assertThat(get(service, "/q/metrics")).contains("captionstream_model_info", "precision=");
            }
        }
    }

    private static void verify(Map<String, CaptionEvent> captions, int model) {
        ModelCaption plain = caption(captions, "plain", model);
        assertThat(plain.getConfidence()).isBetween(0.5, 1.0);
        assertThat(plain.getPrecision()).isIn("fp32", "bf16");
        assertThat(caption(captions, "plain-again", model).getCaption()).isEqualTo(plain.getCaption());

        assertThat(words(caption(captions, "long", model))).hasSizeGreaterThanOrEqualTo(19);
        assertThat(words(caption(captions, "no-repeats", model)))
                .doesNotHaveDuplicates()
                .hasSizeGreaterThanOrEqualTo(11);

        ModelCaption diverse = caption(captions, "diverse", model);
        assertThat(diverse.getBeamGroups()).isEqualTo(3);
        assertThat(diverse.getAlternatives())
                .extracting(CaptionAlternative::getText)
                .contains(plain.getCaption())
                .doesNotHaveDuplicates();

        ModelCaption drawn = caption(captions, "drawn-1", model);
        assertThat(drawn.getSeed()).isEqualTo(1);
        assertThat(texts(caption(captions, "drawn-1-again", model))).isEqualTo(texts(drawn));
        assertThat(texts(caption(captions, "drawn-2", model))).isNotEqualTo(texts(drawn));
    }

    private static DecodingOverrides.Builder drawn(long seed) {
        return DecodingOverrides.newBuilder().setTemperature(5.0).setSeed(seed);
    }

    private static void send(EventLog log, String id, DecodingOverrides.Builder decoding) {
        log.send(ImageEvent.newBuilder()
                .setId(id)
                .setContent(ByteBuffer.wrap(picture))
                .setDecoding(decoding == null ? null : decoding.build())
                .build());
    }

    private static ModelCaption caption(Map<String, CaptionEvent> captions, String id, int model) {
        return captions.get(id).getCaptions().get(model);
    }

    private static List<String> words(ModelCaption caption) {
        return caption.getAlternatives().get(0).getTokens().stream()
                .map(TokenScore::getToken)
                .toList();
    }

    private static List<String> texts(ModelCaption caption) {
        return caption.getAlternatives().stream()
                .map(CaptionAlternative::getText)
                .toList();
    }

    private static String get(ApplicationProcess service, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(service.url() + path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
