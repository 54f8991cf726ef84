package io.captionstream.store;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Bundles in S3 or a store that speaks its protocol. The manifest is written last and deleted first: a bundle without one
 * is not in the store.
 */
final class S3BundleStore implements BundleStore {
    private final String bucket;
    private final String prefix;
    private final Supplier<S3Client> client;
    private final AtomicBoolean created = new AtomicBoolean();

    S3BundleStore(StoreConfig config) {
        bucket = config.root().getAuthority();
        String path = config.root().getPath().replaceAll("^/+|/+$", "");
        prefix = path.isEmpty() ? "" : path + "/";
        client = Suppliers.memoize(() -> {
            created.set(true);
            return client(config);
        });
    }

    private static S3Client client(StoreConfig config) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .forcePathStyle(config.pathStyle())
                // Compatible stores often have no check sums; the bundle has its own.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        if (config.endpoint() != null) {
            builder.endpointOverride(config.endpoint());
        }
        if (config.region() != null || config.endpoint() != null) {
            builder.region(config.region() != null ? Region.of(config.region()) : Region.US_EAST_1);
        }
        return builder.build();
    }

    @Override
    public StoredBundle publish(ModelBundle bundle) throws IOException {
        String model = bundle.manifest().name();
        StoredBundle.checkModel(model);
        String folder = prefix + model + "/" + bundle.digest() + "/";
        try {
            Optional<Instant> present = storedAt(folder);
            if (present.isEmpty()) {
                for (Path file : files(bundle.directory())) {
                    client.get().putObject(request -> request.bucket(bucket).key(folder + file.getFileName()), file);
                }
                present = storedAt(folder);
            }
            return stored(
                    model,
                    bundle.digest(),
                    present.orElseThrow(() -> new IOException("The bundle vanished from " + uri(folder))));
        } catch (SdkException e) {
            throw failed("write", folder, e);
        }
    }

    /** The manifest last. */
    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing((Path file) -> file.endsWith(BundleManifest.MANIFEST))
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
        }
    }

    /** Empty if there is no such bundle. */
    private Optional<Instant> storedAt(String folder) {
        try {
            return Optional.of(client.get()
                    .headObject(request -> request.bucket(bucket).key(folder + BundleManifest.MANIFEST))
                    .lastModified());
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }

    @Override
    public void fetch(URI bundle, Path folder) throws IOException {
        String from = folder(bundle);
        try {
            if (storedAt(from).isEmpty()) {
                throw new NoSuchFileException(bundle.toString());
            }
            for (S3Object object : objects(from)) {
                client.get()
                        .getObject(
                                request -> request.bucket(bucket).key(object.key()),
                                folder.resolve(object.key().substring(from.length())));
            }
        } catch (SdkException e) {
            throw failed("read", from, e);
        }
    }

    @Override
    public BundleManifest manifest(URI bundle) throws IOException, BundleException {
        String from = folder(bundle);
        String key = from + BundleManifest.MANIFEST;
        try {
            String json = client.get()
                    .getObjectAsBytes(request -> request.bucket(bucket).key(key))
                    .asUtf8String();
            return StoredBundle.manifest(
                    json, bundle.toString().substring(bundle.toString().lastIndexOf('/') + 1), uri(key).toString());
        } catch (NoSuchKeyException e) {
            throw new NoSuchFileException(bundle.toString());
        } catch (SdkException e) {
            throw failed("read", from, e);
        }
    }

    @Override
    public List<String> models() throws IOException {
        List<String> names = new ArrayList<>();
        try {
            client.get()
                    .listObjectsV2Paginator(
                            request -> request.bucket(bucket).prefix(prefix).delimiter("/"))
                    .commonPrefixes()
                    .forEach(folder ->
                            names.add(folder.prefix().substring(prefix.length()).replace("/", "")));
        } catch (SdkException e) {
            throw failed("read", prefix, e);
        }
        List<String> models = new ArrayList<>();
        for (String name : names.stream().sorted().toList()) {
            if (StoredBundle.isModel(name) && !list(name).isEmpty()) {
                models.add(name);
            }
        }
        return List.copyOf(models);
    }

    /** What lies directly in a folder. */
    private List<S3Object> objects(String folder) {
        return client
                .get()
                .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(folder))
                .contents()
                .stream()
                .filter(object -> object.key().indexOf('/', folder.length()) < 0)
                .toList();
    }

    @Override
    public List<StoredBundle> list(String model) throws IOException {
        StoredBundle.checkModel(model);
        String folder = prefix + model + "/";
        String suffix = "/" + BundleManifest.MANIFEST;
        List<StoredBundle> bundles = new ArrayList<>();
        try {
            client.get()
                    .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(folder))
                    .contents()
                    .forEach(object -> {
                        if (object.key().endsWith(suffix)) {
                            String digest = object.key()
                                    .substring(folder.length(), object.key().length() - suffix.length());
                            if (StoredBundle.isDigest(digest)) {
                                bundles.add(stored(model, digest, object.lastModified()));
                            }
                        }
                    });
        } catch (SdkException e) {
            throw failed("read", folder, e);
        }
        bundles.sort(Comparator.comparing(StoredBundle::storedAt).thenComparing(StoredBundle::digest));
        return List.copyOf(bundles);
    }

    @Override
    public void delete(URI bundle) throws IOException {
        String folder = folder(bundle);
        try {
            delete(folder + BundleManifest.MANIFEST);
            objects(folder).forEach(object -> delete(object.key()));
        } catch (SdkException e) {
            throw failed("write", folder, e);
        }
    }

    private void delete(String key) {
        client.get().deleteObject(request -> request.bucket(bucket).key(key));
    }

    private StoredBundle stored(String model, String digest, Instant storedAt) {
        return new StoredBundle(uri(prefix + model + "/" + digest), model, digest, storedAt);
    }

    private URI uri(String key) {
        return URI.create("s3://" + bucket + "/" + key);
    }

    private String folder(URI bundle) {
        String start = uri(prefix).toString();
        String name = bundle.toString();
        checkArgument(name.startsWith(start), "not a bundle of %s: %s", start, bundle);
        String[] parts = name.substring(start.length()).split("/", -1);
        checkArgument(parts.length == 2 && StoredBundle.isDigest(parts[1]), "not a bundle of %s: %s", start, bundle);
        return prefix + parts[0] + "/" + parts[1] + "/";
    }

    private IOException failed(String what, String folder, SdkException e) {
        return new IOException("Cannot %s %s: %s".formatted(what, uri(folder), e.getMessage()), e);
    }

    @Override
    public void close() {
        if (created.get()) {
            client.get().close();
        }
    }
}
