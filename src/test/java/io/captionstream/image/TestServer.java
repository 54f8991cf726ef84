package io.captionstream.image;

import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on loopback that answers with any bytes, in any rhythm: more than a well-behaved server can be told to do. */
final class TestServer implements AutoCloseable {
    /** What happens to the nth request (from 1) of a path. */
    @FunctionalInterface
    interface Behaviour {
        void answer(int request, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket listener;
    private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    TestServer() throws IOException {
        listener = new ServerSocket(0, 200, InetAddresses.forString("127.0.0.1"));
        start(this::accept);
    }

    void on(String path, Behaviour behaviour) {
        behaviours.put(path, behaviour);
    }

    void body(String path, byte[] body) {
        on(path, (request, out) -> out.write(response("200 OK", body)));
    }

    void redirect(String path, String location) {
        on(path, (request, out) -> out.write(response("302 Found\r\nLocation: " + location, new byte[0])));
    }

    void status(String path, String status) {
        on(path, (request, out) -> out.write(response(status, new byte[0])));
    }

    /** A behaviour that never ends before the server does. */
    void hang() throws InterruptedException {
        closed.await();
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    static byte[] response(String statusAndHeaders, byte[] body) {
        byte[] head = head(statusAndHeaders, body.length);
        return SampleImages.insert(body, 0, head);
    }

    static byte[] head(String statusAndHeaders, long length) {
        return ("HTTP/1.1 " + statusAndHeaders + "\r\nContent-Length: " + length + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    int port() {
        return listener.getLocalPort();
    }

    int requests(String path) {
        return requests.getOrDefault(path, new AtomicInteger()).get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String first = reader.readLine();
            while (first != null && !reader.readLine().isEmpty()) {
                // Skip the headers.
            }
            if (first != null) {
                String path = Splitter.on(' ').splitToList(first).get(1);
                int count = requests.computeIfAbsent(path, key -> new AtomicInteger())
                        .incrementAndGet();
                Behaviour behaviour = behaviours.getOrDefault(
                        path, (request, out) -> out.write(response("404 Not Found", new byte[0])));
                behaviour.answer(count, socket.getOutputStream());
                socket.getOutputStream().flush();
            }
        } catch (IOException e) {
            // The client went away, as it should from some behaviours.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void start(Runnable runnable) {
        Thread thread = new Thread(runnable, "test-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
