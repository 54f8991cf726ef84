package io.captionstream.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.scene.SceneRenderer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.imageio.ImageIO;

/** Serves pictures as the world does: some at once, some slowly, some broken, some not at all. */
final class ImageServer implements AutoCloseable {
    /** How the picture behind a path behaves. */
    enum Behaviour {
        QUICK,
        SLOW,
        BROKEN,
        MISSING
    }

    private static final long SLOW_MILLIS = 700;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(64);
    private final byte[] picture = jpeg();

    ImageServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Behaviour behaviour : Behaviour.values()) {
            server.createContext("/" + behaviour.name(), exchange -> answer(exchange, behaviour));
        }
        server.setExecutor(threads);
        server.start();
    }

    String uri(Behaviour behaviour, int number) {
        return "http://127.0.0.1:%d/%s/%d.jpg".formatted(server.getAddress().getPort(), behaviour, number);
    }

    private void answer(HttpExchange exchange, Behaviour behaviour) throws IOException {
        try (exchange) {
            switch (behaviour) {
                case QUICK -> send(exchange, 200, picture);
                case SLOW -> {
                    Thread.sleep(SLOW_MILLIS);
                    send(exchange, 200, picture);
                }
                case BROKEN -> send(exchange, 200, Arrays.copyOf(picture, picture.length / 2));
                case MISSING -> send(exchange, 404, new byte[0]);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    static byte[] jpeg() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(new SceneRenderer().render(new SceneGenerator(1L << 33).scene(0)), "jpeg", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
