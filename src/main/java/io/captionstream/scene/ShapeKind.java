package io.captionstream.scene;

import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The outlines a scene is made of. */
public enum ShapeKind {
    CIRCLE(0, 1.0),
    SQUARE(4, 1.0),
    TRIANGLE(3, 1.0),
    STAR(10, 0.42),
    RING(0, 0.55);

    /** The kinds of every scene; others are in those only that are asked for. */
    static final List<ShapeKind> COMMON = List.of(CIRCLE, SQUARE, TRIANGLE, STAR);

    /** A circle that touches the same circumcircle as the polygons looks larger than they do. */
    private static final double CIRCLE_SHRINK = 0.95;

    private final int corners;
    private final double innerRadius;

    ShapeKind(int corners, double innerRadius) {
        this.corners = corners;
        this.innerRadius = innerRadius;
    }

    /** The noun of the caption, such as {@code circle}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The outline around a centre.
     *
     * @param x centre, pixels from the left edge
     * @param y centre, pixels from the upper edge
     * @param radius radius of the circle through the outermost points, pixels
     * @param rotation clockwise turn, radians; 0 stands a triangle and a star on their base, a square on its side
     */
    Shape outline(double x, double y, double radius, double rotation) {
        if (corners == 0) {
            double outer = radius * CIRCLE_SHRINK;
            return this == RING ? ring(x, y, outer, outer * innerRadius) : disc(x, y, outer);
        }
        double start = -Math.PI / 2 + (this == SQUARE ? Math.PI / 4 : 0) + rotation;
        Path2D path = new Path2D.Double();
        for (int corner = 0; corner < corners; corner++) {
            double angle = start + 2 * Math.PI * corner / corners;
            double distance = corner % 2 == 0 ? radius : radius * innerRadius;
            double cornerX = x + distance * Math.cos(angle);
            double cornerY = y + distance * Math.sin(angle);
            if (corner == 0) {
                path.moveTo(cornerX, cornerY);
            } else {
                path.lineTo(cornerX, cornerY);
            }
        }
        path.closePath();
        return path;
    }

    /** What is painted dark inside the outline; nothing but the hole of a ring. */
    Optional<Shape> hole(double x, double y, double radius) {
        return this == RING ? Optional.of(disc(x, y, radius * CIRCLE_SHRINK * innerRadius)) : Optional.empty();
    }

    private static Shape disc(double x, double y, double radius) {
        return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
    }

    private static Shape ring(double x, double y, double outer, double inner) {
        Path2D path = new Path2D.Double(Path2D.WIND_EVEN_ODD);
        path.append(disc(x, y, outer), false);
        path.append(disc(x, y, inner), false);
        return path;
    }
}
