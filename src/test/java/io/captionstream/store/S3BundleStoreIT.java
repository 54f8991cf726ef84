package io.captionstream.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.embedded.EmbeddedS3;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

class S3BundleStoreIT extends BundleStoreContract {
    private static final String BUCKET = "models";

    private static EmbeddedS3 server;
    private static S3Client client;

    private final String prefix = UUID.randomUUID().toString();

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = new EmbeddedS3(directory);
        server.start();
        server.awaitReady();
        System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
        client = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(server.endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(EmbeddedS3.ACCESS_KEY, EmbeddedS3.SECRET_KEY)))
                .build();
        client.createBucket(request -> request.bucket(BUCKET));
    }

    @AfterAll
    static void stop() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
        client.close();
        server.close();
    }

    @Override
    BundleStore store() {
        return BundleStore.open(new StoreConfig(
                URI.create("s3://" + BUCKET + "/" + prefix + "/bundles/"), server.endpoint(), null, true));
    }

    @Override
    void damage(StoredBundle bundle, String file) {
        client.putObject(request -> request.bucket(BUCKET).key(key(bundle, file)), RequestBody.fromString("nonsense"));
    }

    @Override
    void removeManifest(StoredBundle bundle) {
        client.deleteObject(request -> request.bucket(BUCKET).key(key(bundle, "bundle.json")));
    }

    private static String key(StoredBundle bundle, String file) {
        return bundle.uri().getPath().substring(1) + "/" + file;
    }

    @Test
    void shouldSayWhatItCouldNotReach() throws Exception {
        try (BundleStore store =
                BundleStore.open(new StoreConfig(URI.create("s3://missing/bundles"), server.endpoint(), null, true))) {
            assertThatThrownBy(() -> store.publish(bundle("inceptionv3-glove")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("s3://missing/bundles");
        }
    }
}
