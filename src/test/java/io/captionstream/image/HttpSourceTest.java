package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.ACCESS_DENIED;
import static io.captionstream.image.ImageErrorCode.CONNECTION_FAILED;
import static io.captionstream.image.ImageErrorCode.EMPTY_IMAGE;
import static io.captionstream.image.ImageErrorCode.FORBIDDEN_ADDRESS;
import static io.captionstream.image.ImageErrorCode.FORBIDDEN_REDIRECT;
import static io.captionstream.image.ImageErrorCode.INVALID_REFERENCE;
import static io.captionstream.image.ImageErrorCode.INVALID_RESPONSE;
import static io.captionstream.image.ImageErrorCode.NOT_AN_IMAGE;
import static io.captionstream.image.ImageErrorCode.NOT_FOUND;
import static io.captionstream.image.ImageErrorCode.REQUEST_REFUSED;
import static io.captionstream.image.ImageErrorCode.SERVER_ERROR;
import static io.captionstream.image.ImageErrorCode.TIMEOUT;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_BYTES;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_REDIRECTS;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_REQUESTS;
import static io.captionstream.image.ImageErrorCode.UNKNOWN_HOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.hash.Hashing;
import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSourceTest {
    private static final Set<ImageGeometry> GEOMETRIES = Set.of(ImageGeometry.square(8));
    private static final FetchConfig FETCH = new FetchConfig(
            8, Duration.ofSeconds(20), Duration.ofSeconds(40), 3, Duration.ofMillis(1), Duration.ofSeconds(2));
    private static final FetchConfig IMPATIENT = new FetchConfig(
            8, Duration.ofMillis(300), Duration.ofMillis(700), 9, Duration.ofMillis(1), Duration.ofSeconds(2));

    private final byte[] jpeg = SampleImages.jpeg(64, 48);
    private final HttpConfig loopback = HttpConfig.defaults().withAllowedNetworks(Set.of("127.0.0.1/32"));
    private final ImageConfig config =
            ImageConfig.defaults().withHttp(loopback).withFetch(FETCH).withDecodeThreads(1);
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TestServer();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void shouldLoadImage() throws Exception {
        server.body("/a.jpg?size=1&name=a%20b", jpeg);
        try (ImageLoader loader = new ImageLoader(config)) {
            LoadedImage image = loader.load(
                            ImageReference.ofUri(server.url("/a.jpg?size=1&name=a%20b#part")), GEOMETRIES)
                    .get(60, TimeUnit.SECONDS);
            assertThat(image.width()).isEqualTo(64);
            assertThat(image.height()).isEqualTo(48);
            assertThat(image.format()).isEqualTo("jpeg");
            assertThat(image.bytes()).isEqualTo(jpeg.length);
            assertThat(image.digest())
                    .isEqualTo(Hashing.sha256().hashBytes(jpeg).toString());
            assertThat(image.pixels()).containsOnlyKeys(GEOMETRIES);
            assertThat(image.fetchTime()).isPositive();
        }
    }

    @Test
    void shouldNotBelieveTheContentType() {
        server.on(
                "/page",
                (request, out) -> out.write(TestServer.response(
                        "200 OK\r\nContent-Type: image/jpeg", "<html>".getBytes(StandardCharsets.US_ASCII))));
        assertFails("/page", NOT_AN_IMAGE);
        assertThat(server.requests("/page")).isEqualTo(1);
    }

    @Test
    void shouldTryOnceWhatWillNotPass() {
        server.status("/403", "403 Forbidden");
        server.status("/410", "410 Gone");
        server.status("/418", "418 Teapot");
        server.status("/204", "204 No Content");
        assertFails("/missing", NOT_FOUND);
        assertFails("/403", ACCESS_DENIED);
        assertFails("/410", NOT_FOUND);
        assertFails("/418", REQUEST_REFUSED);
        assertThat(server.requests("/missing")).isEqualTo(1);
        assertThat(server.requests("/418")).isEqualTo(1);
        server.body("/empty", new byte[0]);
        assertFails("/empty", EMPTY_IMAGE);
    }

    @Test
    void shouldTryAgainAfterServerErrors() throws Exception {
        server.on(
                "/flaky",
                (request, out) -> out.write(
                        request < 3
                                ? TestServer.response("500 Oops", new byte[0])
                                : TestServer.response("200 OK", jpeg)));
        assertThat(load(config, server.url("/flaky")).bytes()).isEqualTo(jpeg.length);
        assertThat(server.requests("/flaky")).isEqualTo(3);
    }

    @Test
    void shouldGiveUpAfterTheLastAttempt() {
        server.status("/broken", "502 Bad Gateway");
        assertFails("/broken", SERVER_ERROR);
        assertThat(server.requests("/broken")).isEqualTo(FETCH.maxAttempts());
    }

    @Test
    void shouldWaitAsLongAsAsked() throws Exception {
        server.on(
                "/busy",
                (request, out) -> out.write(
                        request == 1
                                ? TestServer.response("429 Slow Down\r\nRetry-After: 1", new byte[0])
                                : TestServer.response("200 OK", jpeg)));
        assertThat(load(config, server.url("/busy")).fetchTime()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void shouldGiveUpOnServersThatAskForTooMuchTime() {
        server.status("/later", "429 Slow Down\r\nRetry-After: 3600");
        assertFails("/later", TOO_MANY_REQUESTS);
        assertThat(server.requests("/later")).isEqualTo(1);
    }

    @Test
    void shouldGiveUpOnServersThatNeverAnswer() {
        server.on("/silent", (request, out) -> server.hang());
        assertFails(config.withFetch(IMPATIENT), server.url("/silent"), TIMEOUT);
    }

    @Test
    void shouldGiveUpOnBodiesThatDrip() {
        server.on("/drip", (request, out) -> {
            out.write(TestServer.head("200 OK", 10_000));
            while (!server.isClosed()) {
                out.write(0);
                out.flush();
                Thread.sleep(20);
            }
        });
        assertFails(config.withFetch(IMPATIENT), server.url("/drip"), TIMEOUT);
    }

    @Test
    void shouldGiveUpOnHeadersThatDrip() {
        server.on("/drip", (request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.US_ASCII));
            while (!server.isClosed()) {
                out.write('x');
                out.flush();
                Thread.sleep(20);
            }
        });
        assertFails(config.withFetch(IMPATIENT), server.url("/drip"), TIMEOUT);
    }

    @Test
    void shouldGiveUpOnResolversThatHang() throws Exception {
        HostResolver stuck = host -> {
            try {
                server.hang();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        };
        assertThat(failure(config.withFetch(IMPATIENT), stuck, "http://example.org/a.jpg")
                        .code())
                .isEqualTo(TIMEOUT);
    }

    @Test
    void shouldRefuseEndlessHeaders() {
        server.on("/headers", (request, out) -> {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] header = "X-Header: value\r\n".getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 1_000_000; i++) {
                out.write(header);
            }
        });
        assertFails("/headers", INVALID_RESPONSE);
    }

    @Test
    void shouldRefuseTooManyAnnouncedBytesUnread() {
        server.on("/large", (request, out) -> {
            out.write(TestServer.head("200 OK", 26_000_000));
            out.flush();
            server.hang();
        });
        ImageException failure = assertFails("/large", TOO_MANY_BYTES);
        assertThat(failure).hasMessageContaining("26000000").hasMessageContaining("25000000");
    }

    @Test
    void shouldRefuseTooManyUnannouncedBytes() {
        server.on("/endless", (request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (!server.isClosed()) {
                out.write(new byte[8192]);
            }
        });
        assertFails(config.withLimits(100_000, 1000), server.url("/endless"), TOO_MANY_BYTES);
    }

    @Test
    void shouldAcceptExactlyTheLimit() throws Exception {
        server.on("/exact", (request, out) -> {
            out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(jpeg);
        });
        assertThat(load(config.withLimits(jpeg.length, 64 * 48), server.url("/exact"))
                        .bytes())
                .isEqualTo(jpeg.length);
        assertFails(config.withLimits(jpeg.length - 1, 64 * 48), server.url("/exact"), TOO_MANY_BYTES);
    }

    @Test
    void shouldTryAgainAfterTruncatedBodies() throws Exception {
        server.on("/cut", (request, out) -> {
            byte[] whole = TestServer.response("200 OK", jpeg);
            out.write(request == 1 ? Arrays.copyOf(whole, whole.length - 10) : whole);
        });
        assertThat(load(config, server.url("/cut")).bytes()).isEqualTo(jpeg.length);
        assertThat(server.requests("/cut")).isEqualTo(2);
    }

    @Test
    void shouldReportConnectionsThatBreak() {
        server.on("/nothing", (request, out) -> {});
        assertFails("/nothing", CONNECTION_FAILED);
        assertThat(server.requests("/nothing")).isEqualTo(3);
    }

    @Test
    void shouldFollowRedirects() throws Exception {
        server.body("/there/b c.jpg", jpeg);
        server.body("/there/b%20c.jpg", jpeg);
        server.redirect("/here", "there/b c.jpg");
        assertThat(load(config, server.url("/here")).bytes()).isEqualTo(jpeg.length);
    }

    @Test
    void shouldEndRedirectLoops() {
        server.redirect("/loop", "/loop");
        assertFails("/loop", TOO_MANY_REDIRECTS);
        assertThat(server.requests("/loop")).isEqualTo(config.http().maxRedirects() + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/",
                "http://127.0.0.2/",
                "http://[::1]/",
                "http://10.0.0.1/",
                "//192.168.0.1/",
                "http://[fd00:ec2::254]/"
            })
    void shouldCheckTheAddressOfEveryRedirect(String location) {
        server.redirect("/away", location);
        assertFails("/away", FORBIDDEN_ADDRESS);
        assertThat(server.requests("/away")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"file:///etc/passwd", "ftp://example.org/a.jpg", "data:,x", "gopher://x/", "s3://bucket/key"})
    void shouldRedirectToHttpOnly(String location) {
        server.redirect("/away", location);
        assertFails("/away", FORBIDDEN_REDIRECT);
    }

    @Test
    void shouldRefuseUserInfoInRedirects() {
        server.redirect("/away", "http://user:secret@127.0.0.1/");
        assertThat(assertFails("/away", INVALID_REFERENCE).getMessage()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/",
                "http://127.1/",
                "http://2130706433/",
                "http://0x7f.0.0.1/",
                "http://localhost/",
                "http://[::1]/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:7f00:1]/",
                "http://0/",
                "http://[::]/",
                "http://169.254.169.254/",
                "http://[64:ff9b::a9fe:a9fe]/",
                "http://[2002:7f00:1::]/",
                "https://10.0.0.1/",
                "http://LOCALHOST./"
            })
    void shouldForbidLocalAddressesHoweverTheyAreWritten(String uri) {
        ImageErrorCode code = failure(ImageConfig.defaults().withFetch(FETCH), InetAddress::getAllByName, uri)
                .code();
        // What the system's resolver does not take for an address is not connected to either.
        if (uri.contains("0x7f") || uri.contains("127.1/") || uri.contains("LOCALHOST.")) {
            assertThat(code).isIn(FORBIDDEN_ADDRESS, INVALID_REFERENCE, UNKNOWN_HOST);
        } else {
            assertThat(code).isEqualTo(FORBIDDEN_ADDRESS);
        }
    }

    @Test
    void shouldNotTakeOctalNumbersForLoopback() {
        GuardedDnsResolver resolver =
                new GuardedDnsResolver(InetAddress::getAllByName, new AddressPolicy(HttpConfig.defaults()));
        // The JDK reads it as 177.0.0.1, other resolvers as 127.0.0.1: what counts is what comes out.
        try {
            assertThat(resolver.resolve("0177.0.0.1")).noneMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            assertThat(e).hasMessageContaining("0177.0.0.1");
        }
    }

    @Test
    void shouldConnectToTheAddressThatWasChecked() throws Exception {
        server.body("/a.jpg", jpeg);
        AtomicInteger resolutions = new AtomicInteger();
        // A name that is the allowed address when it is first asked for and another one ever after.
        HostResolver rebinding = host -> new InetAddress[] {
            InetAddresses.forString(resolutions.incrementAndGet() == 1 ? "127.0.0.1" : "127.0.0.2")
        };
        String uri = "http://rebinding.example:" + server.port() + "/a.jpg";
        assertThat(load(config, rebinding, uri).bytes()).isEqualTo(jpeg.length);
        assertThat(resolutions).hasValue(1);
        assertThat(failure(config, rebinding, uri).code()).isEqualTo(FORBIDDEN_ADDRESS);
    }

    @Test
    void shouldUseOnlyTheAllowedOnesOfSeveralAddresses() throws Exception {
        server.body("/a.jpg", jpeg);
        HostResolver both =
                host -> new InetAddress[] {InetAddresses.forString("127.0.0.2"), InetAddresses.forString("127.0.0.1")};
        assertThat(load(config, both, "http://both.example:" + server.port() + "/a.jpg")
                        .bytes())
                .isEqualTo(jpeg.length);
    }

    @Test
    void shouldReportUnknownHosts() {
        HostResolver empty = host -> {
            throw new UnknownHostException(host);
        };
        ImageException failure = failure(config, empty, "http://nowhere.example/");
        assertThat(failure.code()).isEqualTo(UNKNOWN_HOST);
        assertThat(failure.code().retriable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://",
                "http:///path",
                "http:path",
                "http://user:secret@example.org/",
                "http://a b/",
                "http://example.org:99999/",
                "http://exa\u0000mple.org/",
                "http://example.org/\r\nX: y",
                "http://[::1/",
                "http://%31/"
            })
    void shouldRefuseMalformedUris(String uri) {
        ImageException failure = failure(config, InetAddress::getAllByName, uri);
        assertThat(failure.code()).isEqualTo(INVALID_REFERENCE);
        assertThat(failure.getMessage()).doesNotContain("secret");
    }

    private ImageException assertFails(String path, ImageErrorCode code) {
        return assertFails(config, server.url(path), code);
    }

    private static ImageException assertFails(ImageConfig config, String uri, ImageErrorCode code) {
        ImageException failure = failure(config, InetAddress::getAllByName, uri);
        assertThat(failure.code()).as(failure.toString()).isEqualTo(code);
        return failure;
    }

    private static ImageException failure(ImageConfig config, HostResolver resolver, String uri) {
        ExecutionException failure = catchThrowableOfType(ExecutionException.class, () -> load(config, resolver, uri));
        assertThat(failure).isNotNull().hasCauseInstanceOf(ImageException.class);
        return (ImageException) failure.getCause();
    }

    private static LoadedImage load(ImageConfig config, String uri) throws Exception {
        return load(config, InetAddress::getAllByName, uri);
    }

    private static LoadedImage load(ImageConfig config, HostResolver resolver, String uri) throws Exception {
        try (ImageLoader loader = new ImageLoader(config, ImageLoader.sources(config, resolver, Clock.systemUTC()))) {
            return loader.load(ImageReference.ofUri(uri), GEOMETRIES).get(60, TimeUnit.SECONDS);
        }
    }
}
