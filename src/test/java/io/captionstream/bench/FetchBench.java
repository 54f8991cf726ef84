package io.captionstream.bench;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.net.InetAddresses;
import com.sun.net.httpserver.HttpServer;
import io.captionstream.image.HttpConfig;
import io.captionstream.image.ImageConfig;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ImageLoader;
import io.captionstream.image.ImageReference;
import io.captionstream.image.LoadedImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * What a host that takes connections and never answers costs others: images a second of nine hosts, each of which takes
 * 100 ms for an answer, with as many images of a tenth that hangs among them, and without, round by round, with the
 * service's defaults. {@code bench.images} are those of each host.
 */
public final class FetchBench implements AutoCloseable {
    private static final int HOSTS = 9;
    private static final int DELAY_MILLIS = 100;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<HttpServer> hosts = new ArrayList<>();
    private final List<String> uris = new ArrayList<>();
    private final ServerSocket dead;

    private FetchBench() throws IOException {
        byte[] image = image();
        for (int i = 1; i <= HOSTS; i++) {
            HttpServer host = HttpServer.create(address(i), 1000);
            host.setExecutor(threads);
            host.createContext("/", exchange -> {
                try (exchange) {
                    TimeUnit.MILLISECONDS.sleep(DELAY_MILLIS);
                    exchange.sendResponseHeaders(200, image.length);
                    exchange.getResponseBody().write(image);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            host.start();
            hosts.add(host);
            uris.add(uri(host.getAddress()));
        }
        // The kernel completes connections that nobody accepts.
        dead = new ServerSocket(0, 1000, address(HOSTS + 1).getAddress());
    }

    public static void main(String[] args) throws Exception {
        BenchOptions options = BenchOptions.fromSystemProperties();
        try (FetchBench bench = new FetchBench()) {
            bench.run(options.images(), options.rounds());
        }
    }

    private void run(int images, int rounds) {
        // So that all code is compiled for both.
        measure(images, false);
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            double without = measure(images, false);
            double with = measure(images, true);
            ratios[round] = with / without;
            System.out.printf(
                    Locale.ROOT,
                    "round %d   nine hosts %6.1f images/s   beside one that hangs %6.1f images/s   %.3f%n",
                    round + 1,
                    without,
                    with,
                    ratios[round]);
        }
        System.out.printf(
                Locale.ROOT, "Beside a host that hangs: %.3f of the throughput (median)%n", Median.of(ratios));
    }

    /** Images a second of the hosts that answer. */
    private double measure(int images, boolean withDead) {
        ImageConfig config =
                ImageConfig.defaults().withHttp(HttpConfig.defaults().withAllowedNetworks(Set.of("127.0.0.0/8")));
        try (ImageLoader loader = new ImageLoader(config)) {
            long begin = System.nanoTime();
            List<CompletableFuture<LoadedImage>> answers = new ArrayList<>();
            for (int i = 0; i < images; i++) {
                if (withDead) {
                    load(loader, uri((InetSocketAddress) dead.getLocalSocketAddress()));
                }
                uris.forEach(uri -> answers.add(load(loader, uri)));
            }
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
            checkState(answers.size() == images * HOSTS);
            return answers.size() / ((System.nanoTime() - begin) / 1e9);
        }
    }

    private static CompletableFuture<LoadedImage> load(ImageLoader loader, String uri) {
        return loader.load(ImageReference.ofUri(uri), Set.of(ImageGeometry.square(32)));
    }

    private static InetSocketAddress address(int host) {
        return new InetSocketAddress(InetAddresses.forString("127.0.0." + host), 0);
    }

    private static String uri(InetSocketAddress address) {
        return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + "/";
    }

    private static byte[] image() throws IOException {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        IntStream.range(0, 32 * 32).forEach(i -> image.setRGB(i % 32, i / 32, i * 4099));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", bytes);
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        hosts.forEach(host -> host.stop(0));
        dead.close();
        threads.shutdownNow();
    }
}
