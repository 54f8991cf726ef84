package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.ACCESS_DENIED;
import static io.captionstream.image.ImageErrorCode.CONNECTION_FAILED;
import static io.captionstream.image.ImageErrorCode.FORBIDDEN_BUCKET;
import static io.captionstream.image.ImageErrorCode.INVALID_REFERENCE;
import static io.captionstream.image.ImageErrorCode.NOT_FOUND;
import static io.captionstream.image.ImageErrorCode.REQUEST_REFUSED;
import static io.captionstream.image.ImageErrorCode.SERVER_ERROR;
import static io.captionstream.image.ImageErrorCode.TIMEOUT;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_REQUESTS;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Strings;
import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Reads objects from S3 and stores that speak its protocol. {@code s3://bucket/key}; the key is taken as it is, without
 * decoding, as the AWS command line does. The client is made when the first object is asked for.
 */
final class S3Source implements ImageSource {
    private static final int PREFIX = "s3://".length();
    private static final Set<String> EXPIRED = Set.of("ExpiredToken", "InvalidToken", "TokenRefreshRequired");

    private final S3Config config;
    private final Supplier<S3Client> client;
    private final AtomicBoolean created = new AtomicBoolean();

    S3Source(S3Config config, HttpConfig http, FetchConfig fetch) {
        this.config = requireNonNull(config, "config is null");
        this.client = Suppliers.memoize(() -> {
            created.set(true);
            return createClient(config, http, fetch);
        });
    }

    private static S3Client createClient(S3Config config, HttpConfig http, FetchConfig fetch) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(http.connectTimeout())
                        .socketTimeout(fetch.attemptTimeout()))
                .forcePathStyle(config.pathStyle())
                // Compatible stores often have no check sums; a damaged image is found by its decoder.
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(override -> override.apiCallTimeout(fetch.attemptTimeout())
                        .retryStrategy(
                                StandardRetryStrategy.builder().maxAttempts(1).build()));
        if (config.endpoint() != null) {
            builder.endpointOverride(config.endpoint());
        }
        if (config.region() != null || config.endpoint() != null) {
            builder.region(config.region() != null ? Region.of(config.region()) : Region.US_EAST_1);
        }
        return builder.build();
    }

    @Override
    public byte[] fetch(String uri, Fetch fetch) throws ImageException, InterruptedException {
        int slash = slash(uri);
        if (slash <= PREFIX || slash == uri.length() - 1) {
            throw ImageException.fetch(INVALID_REFERENCE, "Not of the form s3://bucket/key: " + Redaction.redact(uri));
        }
        String bucket = bucket(uri)
                .orElseThrow(
                        () -> ImageException.fetch(INVALID_REFERENCE, "Not a bucket name: " + Redaction.redact(uri)));
        if (!config.buckets().isEmpty() && !config.buckets().contains(bucket)) {
            throw ImageException.fetch(FORBIDDEN_BUCKET, "The bucket " + bucket + " is not among the configured ones");
        }
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(bucket)
                .key(uri.substring(slash + 1))
                .build();
        try (ResponseInputStream<GetObjectResponse> object = client.get().getObject(request)) {
            return read(object, fetch);
        } catch (SdkException e) {
            throw translate(e, fetch);
        } catch (IOException e) {
            throw fetch.isStopped()
                    ? fetch.timeout(e)
                    : ImageException.fetch(CONNECTION_FAILED, "The connection to the store failed", e);
        }
    }

    /** The bucket of an s3 URI, if it has one that could be. */
    static Optional<String> bucket(String uri) {
        int slash = slash(uri);
        return Optional.of(slash <= PREFIX ? "" : uri.substring(PREFIX, slash))
                .filter(bucket -> bucket.matches("[A-Za-z0-9][A-Za-z0-9._-]{1,254}"));
    }

    private static int slash(String uri) {
        return uri.startsWith("//", 3) ? uri.indexOf('/', PREFIX) : -1;
    }

    private static byte[] read(ResponseInputStream<GetObjectResponse> object, Fetch fetch)
            throws ImageException, IOException, InterruptedException {
        fetch.onStop(object::abort);
        Long length = object.response().contentLength();
        boolean complete = false;
        try {
            byte[] bytes = fetch.read(object, length == null ? -1 : length);
            complete = true;
            return bytes;
        } finally {
            if (!complete) {
                // Closing alone would read the rest.
                object.abort();
            }
        }
    }

    private static ImageException translate(SdkException e, Fetch fetch) throws InterruptedException {
        if (e instanceof AbortedException && Thread.interrupted()) {
            throw new InterruptedException(e.getMessage());
        }
        if (fetch.isStopped()) {
            return fetch.timeout(e);
        }
        if (e instanceof ApiCallTimeoutException || e instanceof ApiCallAttemptTimeoutException) {
            return ImageException.fetch(TIMEOUT, "The store does not answer in time", e);
        }
        if (e instanceof S3Exception answer) {
            int status = answer.statusCode();
            String what = "The store answers with status " + status;
            if (status == 404) {
                return ImageException.fetch(NOT_FOUND, what, e);
            }
            if (status == 401 || status == 403 || isExpired(answer)) {
                return ImageException.fetch(ACCESS_DENIED, what, e);
            }
            if (status == 429) {
                return ImageException.fetch(TOO_MANY_REQUESTS, what, e);
            }
            return ImageException.fetch(status >= 500 ? SERVER_ERROR : REQUEST_REFUSED, what, e);
        }
        return ImageException.fetch(
                CONNECTION_FAILED,
                "The store cannot be reached: " + Redaction.printable(String.valueOf(e.getMessage())),
                e);
    }

    /** Temporary credentials that ended are answered as a bad request. */
    private static boolean isExpired(S3Exception answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        return details != null && EXPIRED.contains(Strings.nullToEmpty(details.errorCode()));
    }

    @Override
    public void close() {
        if (created.get()) {
            client.get().close();
        }
    }
}
