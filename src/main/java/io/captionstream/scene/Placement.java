package io.captionstream.scene;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Finds places for the shapes of a scene such that their relations can be seen beyond doubt: one shape stands about the
 * middle, two stand about the middles of two halves, three about the middles of three quarters of the canvas. Places are
 * drawn until related shapes keep a gap.
 */
final class Placement {
    private static final double MIDDLE = Scene.SIZE / 2.0;
    /** From the middle to where a related shape stands, along the axis of the relation. */
    private static final double HALF_DISTANCE = 60;

    private static final double SINGLE_STRAY = 40;
    private static final double PAIR_STRAY = 30;
    private static final double STRAY = 14;
    private static final double STRAY_ACROSS = 20;
    private static final int GAP = 8;
    private static final int MARGIN = 2;
    /** The tightest scene, three large shapes, fits every few draws. */
    private static final int LARGEST_ATTEMPTS = 10_000;

    private final SplittableRandom random;

    Placement(SplittableRandom random) {
        this.random = random;
    }

    /** The objects moved to places where the first one stands to the others as the relations say. */
    List<SceneObject> place(List<SceneObject> objects, List<Relation> relations) {
        for (int attempt = 0; attempt < LARGEST_ATTEMPTS; attempt++) {
            List<SceneObject> placed = draw(objects, relations);
            if (fits(placed, relations)) {
                return placed;
            }
        }
        throw new IllegalStateException("No place found for the objects of a scene: " + objects);
    }

    private List<SceneObject> draw(List<SceneObject> objects, List<Relation> relations) {
        return switch (relations.size()) {
            case 0 -> List.of(at(objects.get(0), MIDDLE + strayed(SINGLE_STRAY), MIDDLE + strayed(SINGLE_STRAY)));
            case 1 -> pair(objects, relations.get(0));
            default -> corner(objects, relations);
        };
    }

    private List<SceneObject> pair(List<SceneObject> objects, Relation relation) {
        double common = MIDDLE + strayed(PAIR_STRAY);
        List<SceneObject> placed = new ArrayList<>(2);
        for (int i = 0; i < 2; i++) {
            double along = MIDDLE + (i == 0 ? 1 : -1) * side(relation) * HALF_DISTANCE + strayed(STRAY);
            double across = i == 0 ? common : common + strayed(STRAY_ACROSS);
            placed.add(relation.isVertical() ? at(objects.get(i), across, along) : at(objects.get(i), along, across));
        }
        return placed;
    }

    private List<SceneObject> corner(List<SceneObject> objects, List<Relation> relations) {
        double y = side(relations.get(0)) * HALF_DISTANCE;
        double x = side(relations.get(1)) * HALF_DISTANCE;
        return List.of(
                strayed(objects.get(0), MIDDLE + x, MIDDLE + y),
                strayed(objects.get(1), MIDDLE + x, MIDDLE - y),
                strayed(objects.get(2), MIDDLE - x, MIDDLE + y));
    }

    /** The side of the middle on which the first object of a relation stands: -1 above or left, 1 below or right. */
    private static int side(Relation relation) {
        return relation == Relation.ABOVE || relation == Relation.LEFT_OF ? -1 : 1;
    }

    private static boolean fits(List<SceneObject> placed, List<Relation> relations) {
        SceneObject first = placed.get(0);
        if (!placed.stream().allMatch(Placement::onCanvas)) {
            return false;
        }
        for (int other = 1; other < placed.size(); other++) {
            SceneObject object = placed.get(other);
            double distance = relations.get(other - 1).isVertical()
                    ? Math.abs(object.y() - first.y())
                    : Math.abs(object.x() - first.x());
            if (distance < first.radius() + object.radius() + GAP) {
                return false;
            }
        }
        return true;
    }

    private static boolean onCanvas(SceneObject object) {
        double edge = object.radius() + MARGIN;
        return Math.min(object.x(), object.y()) >= edge && Math.max(object.x(), object.y()) <= Scene.SIZE - edge;
    }

    private SceneObject strayed(SceneObject object, double x, double y) {
        return at(object, x + strayed(STRAY), y + strayed(STRAY));
    }

    private double strayed(double largest) {
        return largest * (2 * random.nextDouble() - 1);
    }

    private static SceneObject at(SceneObject object, double x, double y) {
        return new SceneObject(
                object.kind(), object.color(), object.size(), x, y, object.radius(), object.rotation(), object.rgb());
    }
}
