package io.captionstream.cli;

import static io.captionstream.operations.TinyBundles.MODEL;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.Topics;
import io.captionstream.operations.TinyBundles;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands on a real broker, registry and store. */
class ModelsCommandIT {
    @TempDir
    Path folder;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final String prefix = "models-" + UUID.randomUUID() + "-";
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void create() {
        stack.broker().createTopics(1, Topics.prefixed(prefix).modelReleases());
    }

    @Test
    void shouldReleaseCompareAndTakeBackVersions() throws Exception {
        for (int version = 1; version <= 3; version++) {
            TinyBundles.version(version, folder.resolve("bundle-" + version));
        }
        assertThat(run("models", "list")).isZero();
        assertThat(out.toString()).contains("No model was released");

        assertThat(run("models", "promote", MODEL, "--bundle", bundle(1))).isZero();
        assertThat(out.toString()).contains("serves version 1");
        assertThat(run("models", "promote", MODEL, "--bundle", bundle(2), "--reason", "better"))
                .isZero();
        assertThat(out.toString()).contains("serves version 2 after 1");
        assertThat(run("models", "promote", MODEL, "--bundle", bundle(3), "--canary", "5"))
                .isZero();
        assertThat(out.toString()).contains("serves version 2 and tries 3");

        assertThat(run("models", "list", "--json")).isZero();
        JsonNode model = JsonMapper.builder().build().readTree(out.toString()).get(0);
        assertThat(model.path("reason").asText()).isEqualTo("put on trial by hand");
        assertThat(model.path("versions").findValuesAsText("status"))
                .containsExactly("LIVE", "TRIAL", "ROLLBACK_TARGET");
        assertThat(run("models", "list")).isZero();
        assertThat(out.toString())
                .contains("canary 5%")
                .contains("rollback target")
                .contains("exactMatch 0.3");
        assertThat(run("models", "show", MODEL, "2")).isZero();
        assertThat(out.toString()).contains("seed: 2").contains("saved_model.pb");

        Path image = folder.resolve("image.png");
        ImageIO.write(new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        assertThat(run("models", "diff", MODEL, "1", "2", "--image", image.toString()))
                .isZero();
        assertThat(out.toString()).contains("exactMatch: 0.1000 -> 0.2000").contains("caption: ");

        assertThat(run("models", "end-trial", MODEL)).isZero();
        assertThat(run("models", "rollback", MODEL)).isZero();
        assertThat(out.toString()).contains("serves version 1 after 2");
        assertThat(run("models", "promote", MODEL, "3")).isZero();
        assertThat(out.toString()).contains("serves version 3 after 1");
    }

    @Test
    void shouldFailPlainly() throws Exception {
        TinyBundles.version(1, folder.resolve("bundle-1"));
        assertThat(run("models", "promote", MODEL, "1")).isEqualTo(1);
        assertThat(err.toString()).contains("There is no model " + MODEL);
        assertThat(run("models", "promote", MODEL, "--bundle", bundle(1))).isZero();
        assertThat(run("models", "promote", MODEL, "9")).isEqualTo(1);
        assertThat(err.toString()).contains("no version 9; it has 1");
        assertThat(run("models", "rollback", MODEL)).isEqualTo(1);
        assertThat(run("models", "promote", MODEL)).isEqualTo(2);
        assertThat(run("models", "promote", MODEL, "1", "--shadow", "--canary", "5"))
                .isEqualTo(2);
        assertThat(run("models", "list", "--topic-prefix", "none-")).isEqualTo(1);
        assertThat(err.toString()).contains("none-model-releases");
        assertThat(run("models", "list", "--store", "http://example.org/")).isEqualTo(1);
    }

    private String bundle(int version) {
        return folder.resolve("bundle-" + version).toString();
    }

    private int run(String... words) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of(words));
        Map.of(
                        "--bootstrap-servers", stack.broker().bootstrapServers(),
                        "--schema-registry", stack.registry().url(),
                        "--topic-prefix", prefix,
                        "--store", folder.resolve("store").toUri().toString())
                .forEach((option, value) -> {
                    if (!arguments.contains(option)) {
                        arguments.addAll(List.of(option, value));
                    }
                });
        CommandLine command = CaptionstreamCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        return command.execute(arguments.toArray(String[]::new));
    }
}
