package io.captionstream.scene;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SceneGeneratorTest {
    private static final int SCENES = 3000;

    private final SceneGenerator generator = new SceneGenerator(1);

    @Test
    void shouldMakeTheSameSceneAgain() {
        SceneGenerator again = new SceneGenerator(1);
        for (long index : List.of(0L, 7L, 123_456_789L)) {
            assertThat(again.scene(index)).isEqualTo(generator.scene(index));
        }
    }

    @Test
    void shouldMakeOtherScenesFromOtherSeeds() {
        List<Scene> scenes =
                IntStream.range(0, SCENES).mapToObj(generator::scene).toList();
        SceneGenerator next = new SceneGenerator(2);
        assertThat(scenes)
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(
                        IntStream.range(0, SCENES).mapToObj(next::scene).toList());
    }

    @Test
    void shouldDescribeWhatCanBeSeen() {
        LongStream.range(0, SCENES).mapToObj(generator::scene).forEach(scene -> assertThat(scene.caption())
                .isEqualTo(SceneReader.describe(scene.objects())));
    }

    @Test
    void shouldKeepShapesApartAndOnTheCanvas() {
        for (int index = 0; index < SCENES; index++) {
            List<SceneObject> objects = generator.scene(index).objects();
            for (SceneObject object : objects) {
                assertThat(object.x()).isBetween(object.radius(), Scene.SIZE - object.radius());
                assertThat(object.y()).isBetween(object.radius(), Scene.SIZE - object.radius());
                for (SceneObject other : objects) {
                    if (object != other) {
                        assertThat(Math.hypot(object.x() - other.x(), object.y() - other.y()))
                                .isGreaterThan(object.radius() + other.radius());
                    }
                }
            }
        }
    }

    @Test
    void shouldMakeThousandsOfCaptionsOfEveryKind() {
        Map<Integer, Long> byObjects = IntStream.range(0, SCENES)
                .mapToObj(generator::scene)
                .collect(Collectors.groupingBy(scene -> scene.objects().size(), Collectors.counting()));
        assertThat(byObjects.get(1)).isBetween(SCENES * 15 / 100L, SCENES * 25 / 100L);
        assertThat(byObjects.get(2)).isBetween(SCENES * 40 / 100L, SCENES * 50 / 100L);
        assertThat(byObjects.get(3)).isBetween(SCENES * 30 / 100L, SCENES * 40 / 100L);
        assertThat(SceneFolder.captions(generator, 8000).distinct().count()).isGreaterThan(4000);
    }

    @Test
    void shouldMakeTheScenesThatTheDemoBundlesWereTrainedOn() {
        Hasher hasher = Hashing.sha256().newHasher();
        for (int index = 0; index < SCENES; index++) {
            Scene scene = generator.scene(index);
            // The last number drawn: all others before it are the same, too.
            hasher.putString(scene.caption(), UTF_8).putLong(scene.background().noiseSeed());
        }
        assertThat(hasher.hash()).hasToString("b57e8ba11d889c10f16654019dcc5d82c0d4723fc3ae6a717f3888edb02f1f55");
    }

    @Test
    void shouldPutANewShapeIntoEveryScene() {
        SceneGenerator rings = generator.with(ShapeKind.RING);
        for (int index = 0; index < SCENES; index++) {
            Scene scene = rings.scene(index);
            Scene plain = generator.scene(index);
            assertThat(plain.caption()).doesNotContain("ring");
            assertThat(scene.objects().stream().filter(object -> object.kind() == ShapeKind.RING))
                    .hasSize(1);
            assertThat(scene.caption()).isEqualTo(SceneReader.describe(scene.objects()));
            assertThat(scene.caption().replaceAll("ring|circle|square|triangle|star", "shape"))
                    .isEqualTo(plain.caption().replaceAll("circle|square|triangle|star", "shape"));
        }
    }

    @Test
    void shouldRefuseToAddWhatIsThereAlready() {
        assertThatThrownBy(() -> generator.with(ShapeKind.STAR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("with a star already");
    }
}
