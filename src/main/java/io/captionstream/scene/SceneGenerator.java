package io.captionstream.scene;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes scenes from a seed. Scene {@code n} of a seed is always the same one, whichever were made before it, so that
 * scenes can be made in parallel and a single one can be made again.
 */
public final class SceneGenerator {
    private static final double ONE_OBJECT_SHARE = 0.20;
    private static final double TWO_OBJECTS_SHARE = 0.45;
    private static final double RADIUS_JITTER = 0.06;
    private static final double LARGEST_ROTATION = 0.06;
    private static final int COLOR_JITTER = 18;

    private final long seed;
    private final @Nullable ShapeKind added;

    public SceneGenerator(long seed) {
        this(seed, null);
    }

    private SceneGenerator(long seed, @Nullable ShapeKind added) {
        this.seed = seed;
        this.added = added;
    }

    /**
     * Scenes of which each has one shape of this kind, for a model to learn what it has never seen. Scene {@code n} is
     * that of this generator but for the shape that is replaced.
     *
     * @throws IllegalArgumentException if the kind is one of those that all scenes are made of
     */
    public SceneGenerator with(ShapeKind kind) {
        checkArgument(!ShapeKind.COMMON.contains(kind), "every generator makes scenes with a %s already", kind.word());
        return new SceneGenerator(seed, kind);
    }

    /** The scene with this number. */
    public Scene scene(long index) {
        SplittableRandom random = new SplittableRandom(mix(mix(seed) + index));
        List<Relation> relations = relations(random);
        List<SceneObject> unplaced = distinctObjects(random, relations.size() + 1);
        List<SceneObject> objects = new Placement(random).place(unplaced, relations);
        Background background = background(random);
        return new Scene(added == null ? objects : withOne(objects, random, added), relations, background);
    }

    private static List<SceneObject> withOne(List<SceneObject> objects, SplittableRandom random, ShapeKind kind) {
        List<SceneObject> changed = new ArrayList<>(objects);
        int index = random.nextInt(objects.size());
        changed.set(index, objects.get(index).withKind(kind));
        return changed;
    }

    private static List<Relation> relations(SplittableRandom random) {
        double kind = random.nextDouble();
        if (kind < ONE_OBJECT_SHARE) {
            return List.of();
        }
        if (kind < ONE_OBJECT_SHARE + TWO_OBJECTS_SHARE) {
            return List.of(random.nextBoolean() ? Relation.ABOVE : Relation.LEFT_OF);
        }
        return List.of(
                random.nextBoolean() ? Relation.ABOVE : Relation.BELOW,
                random.nextBoolean() ? Relation.LEFT_OF : Relation.RIGHT_OF);
    }

    /** Objects of one scene differ in what the caption says of them; all of them stand at the origin. */
    private static List<SceneObject> distinctObjects(SplittableRandom random, int count) {
        List<SceneObject> objects = new ArrayList<>(count);
        Set<String> phrases = new HashSet<>();
        while (objects.size() < count) {
            SceneObject object = object(random);
            if (phrases.add(object.phrase())) {
                objects.add(object);
            }
        }
        return objects;
    }

    private static SceneObject object(SplittableRandom random) {
        ShapeKind kind = ShapeKind.COMMON.get(random.nextInt(ShapeKind.COMMON.size()));
        ShapeColor color = pick(random, ShapeColor.values());
        ShapeSize size = pick(random, ShapeSize.values());
        double radius = size.radius() * (1 + between(random, -RADIUS_JITTER, RADIUS_JITTER));
        double rotation = between(random, -LARGEST_ROTATION, LARGEST_ROTATION);
        return new SceneObject(kind, color, size, 0, 0, radius, rotation, jittered(random, color.rgb()));
    }

    private static Background background(SplittableRandom random) {
        int from = lightColor(random);
        int to = random.nextInt(3) == 0 ? from : lightColor(random);
        boolean diagonal = random.nextBoolean();
        int noise = random.nextBoolean() ? 2 + random.nextInt(8) : 0;
        return new Background(from, to, diagonal, noise, random.nextLong());
    }

    private static int lightColor(SplittableRandom random) {
        int base = random.nextInt(205, 250);
        int red = base + random.nextInt(-14, 6);
        int green = base + random.nextInt(-14, 6);
        int blue = base + random.nextInt(-14, 6);
        return red << 16 | green << 8 | blue;
    }

    private static int jittered(SplittableRandom random, int rgb) {
        int jittered = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int channel = (rgb >> shift & 0xff) + random.nextInt(-COLOR_JITTER, COLOR_JITTER + 1);
            jittered = jittered << 8 | Math.max(0, Math.min(255, channel));
        }
        return jittered;
    }

    private static double between(SplittableRandom random, double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    private static <T> T pick(SplittableRandom random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    /**
     * The finaliser of MurmurHash3 (64 bit). Neighbouring seeds must not give neighbouring states: SplittableRandom walks
     * its state in fixed steps, so unmixed ones could produce the same numbers a few draws apart.
     */
    private static long mix(long value) {
        long mixed = value + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ mixed >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
