package io.captionstream.scene;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.SplittableRandom;

/** Paints scenes. Stateless and safe for use from several threads. */
public final class SceneRenderer {
    private static final Color HOLE = new Color(0x202020);

    /** A picture of {@link Scene#SIZE} pixels each way, type {@link BufferedImage#TYPE_3BYTE_BGR}. */
    public BufferedImage render(Scene scene) {
        BufferedImage image = new BufferedImage(Scene.SIZE, Scene.SIZE, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            paintGround(graphics, scene.background());
            for (SceneObject object : scene.objects()) {
                graphics.setColor(new Color(object.rgb()));
                graphics.fill(object.kind().outline(object.x(), object.y(), object.radius(), object.rotation()));
                graphics.setColor(HOLE);
                object.kind().hole(object.x(), object.y(), object.radius()).ifPresent(graphics::fill);
            }
        } finally {
            graphics.dispose();
        }
        addNoise(image, scene.background());
        return image;
    }

    private static void paintGround(Graphics2D graphics, Background background) {
        int endX = background.diagonal() ? Scene.SIZE : 0;
        graphics.setPaint(new GradientPaint(
                0, 0, new Color(background.fromRgb()), endX, Scene.SIZE, new Color(background.toRgb())));
        graphics.fillRect(0, 0, Scene.SIZE, Scene.SIZE);
    }

    private static void addNoise(BufferedImage image, Background background) {
        int noise = background.noise();
        if (noise == 0) {
            return;
        }
        SplittableRandom random = new SplittableRandom(background.noiseSeed());
        byte[] channels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < channels.length; i++) {
            int value = (channels[i] & 0xff) + random.nextInt(-noise, noise + 1);
            channels[i] = (byte) Math.max(0, Math.min(255, value));
        }
    }
}
