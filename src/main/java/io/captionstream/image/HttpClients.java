package io.captionstream.image;

import java.time.Duration;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.util.Timeout;

/** Builds the HTTP client: nothing automatic, everything bounded. */
final class HttpClients {
    private static final int MAX_HEADER_LINE = 16 * 1024;
    private static final int MAX_HEADERS = 200;
    /** Not for ever, so that a host that moves is followed. */
    private static final Duration CONNECTION_LIFE = Duration.ofMinutes(1);

    private HttpClients() {}

    static CloseableHttpClient create(HttpConfig http, FetchConfig fetch, GuardedDnsResolver resolver) {
        Timeout attempt = Timeout.of(fetch.attemptTimeout());
        // The client reads header lines and headers without end unless it is told to stop.
        Http1Config protocol = Http1Config.custom()
                .setMaxLineLength(MAX_HEADER_LINE)
                .setMaxHeaderCount(MAX_HEADERS)
                .build();
        return HttpClientBuilder.create()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(resolver)
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                                .http1Config(protocol)
                                .build())
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(http.connectTimeout()))
                                .setSocketTimeout(attempt)
                                .setTimeToLive(Timeout.of(CONNECTION_LIFE))
                                .build())
                        .setMaxConnTotal(fetch.allThreads())
                        .setMaxConnPerRoute(fetch.allThreads())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(attempt)
                        .setConnectionRequestTimeout(attempt)
                        .build())
                .setUserAgent("captionstream")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }
}
