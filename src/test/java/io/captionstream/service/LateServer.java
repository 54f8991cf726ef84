package io.captionstream.service;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A web server that does not have an image yet. */
final class LateServer implements AutoCloseable {
    private final HttpServer server;
    private volatile boolean there;

    LateServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] picture = ImageServer.jpeg();
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(there ? 200 : 404, there ? picture.length : -1);
                if (there) {
                    exchange.getResponseBody().write(picture);
                }
            }
        });
        server.start();
    }

    String uri() {
        return "http://127.0.0.1:%d/scene.jpg".formatted(server.getAddress().getPort());
    }

    /** From now on it has it. */
    void upload() {
        there = true;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
