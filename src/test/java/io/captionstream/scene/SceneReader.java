package io.captionstream.scene;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Describes shapes from where they stand alone, as a person would who looks at the picture. */
final class SceneReader {
    private SceneReader() {}

    static String describe(List<SceneObject> objects) {
        return switch (objects.size()) {
            case 1 -> objects.get(0).phrase();
            case 2 -> describePair(objects.get(0), objects.get(1));
            default -> describeCorner(objects);
        };
    }

    private static String describePair(SceneObject one, SceneObject other) {
        boolean vertical = Math.abs(one.y() - other.y()) > Math.abs(one.x() - other.x());
        List<SceneObject> ordered = new ArrayList<>(List.of(one, other));
        ordered.sort(Comparator.comparingDouble(vertical ? SceneObject::y : SceneObject::x));
        return ordered.get(0).phrase()
                + (vertical ? " above " : " left of ")
                + ordered.get(1).phrase();
    }

    /** The corner of an L is the shape that has one neighbour in its column and the other in its row. */
    private static String describeCorner(List<SceneObject> objects) {
        SceneObject corner = objects.stream()
                .min(Comparator.comparingDouble(candidate -> objects.stream()
                        .mapToDouble(other ->
                                Math.min(Math.abs(candidate.x() - other.x()), Math.abs(candidate.y() - other.y())))
                        .sum()))
                .orElseThrow();
        List<SceneObject> others = new ArrayList<>(objects);
        others.remove(corner);
        others.sort(Comparator.comparingDouble(other -> Math.abs(other.x() - corner.x())));
        SceneObject inColumn = others.get(0);
        SceneObject inRow = others.get(1);
        return corner.phrase()
                + (corner.y() < inColumn.y() ? " above " : " below ")
                + inColumn.phrase()
                + (corner.x() < inRow.x() ? " and left of " : " and right of ")
                + inRow.phrase();
    }
}
