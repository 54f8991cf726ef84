package io.captionstream.service;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A web server up to no good. */
final class BadServer implements AutoCloseable {
    private final HttpServer server;
    // Accepts connections, by the kernel's backlog, and never says a word.
    private final ServerSocket silent;

    BadServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/loop", exchange -> {
            exchange.getResponseHeaders().set("Location", redirectLoop());
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.createContext("/to", exchange -> {
            String target = exchange.getRequestURI().getRawQuery();
            exchange.getResponseHeaders().set("Location", URLDecoder.decode(target, StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.start();
    }

    String redirectLoop() {
        return base() + "/loop";
    }

    String redirectTo(String target) {
        return base() + "/to?" + URLEncoder.encode(target, StandardCharsets.UTF_8);
    }

    String silent() {
        return "http://127.0.0.1:" + silent.getLocalPort() + "/a.jpg";
    }

    private String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        try {
            silent.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
