package io.captionstream.scene;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A picture of one to three shapes and the one caption that describes it.
 *
 * <p>The grammar makes captions canonical. Two shapes are named in reading order, so only {@code above} and {@code left
 * of} relate them. Three shapes stand in an L: the corner comes first, then its vertical relation, then its horizontal
 * one.
 *
 * @param objects the shapes in the order of the caption
 * @param relations where the first object stands, seen from the second and from the third
 */
public record Scene(List<SceneObject> objects, List<Relation> relations, Background background) {
    /** Width and height of the canvas, pixels. */
    public static final int SIZE = 256;

    public Scene {
        objects = List.copyOf(objects);
        relations = List.copyOf(relations);
        requireNonNull(background, "background is null");
        checkArgument(!objects.isEmpty() && objects.size() <= 3, "a scene has 1 to 3 objects, not %s", objects.size());
        checkArgument(relations.size() == objects.size() - 1, "%s relations do not fit", relations.size());
    }

    /** The right caption, lower case, words parted by single spaces. */
    public String caption() {
        StringBuilder caption = new StringBuilder(objects.get(0).phrase());
        for (int other = 1; other < objects.size(); other++) {
            caption.append(other == 1 ? " " : " and ")
                    .append(relations.get(other - 1).phrase())
                    .append(' ')
                    .append(objects.get(other).phrase());
        }
        return caption.toString();
    }
}
