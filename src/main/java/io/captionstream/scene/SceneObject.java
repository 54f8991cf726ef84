package io.captionstream.scene;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

/**
 * One shape of a scene.
 *
 * @param x centre, pixels from the left edge
 * @param y centre, pixels from the upper edge
 * @param radius circumradius, pixels
 * @param rotation clockwise turn, radians
 * @param rgb the colour painted, {@code 0xRRGGBB}: the named colour, a little varied
 */
public record SceneObject(
        ShapeKind kind, ShapeColor color, ShapeSize size, double x, double y, double radius, double rotation, int rgb) {
    public SceneObject {
        requireNonNull(kind, "kind is null");
        requireNonNull(color, "color is null");
        requireNonNull(size, "size is null");
        checkArgument(radius > 0, "radius is not positive: %s", radius);
    }

    /** What a caption calls this shape, such as {@code a small red circle}. */
    public String phrase() {
        return "a %s %s %s".formatted(size.word(), color.word(), kind.word());
    }

    /** The same but for its kind. */
    SceneObject withKind(ShapeKind other) {
        return new SceneObject(other, color, size, x, y, radius, rotation, rgb);
    }
}
