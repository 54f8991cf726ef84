package io.captionstream.coco;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.util.HashSet;
import java.util.Set;

/** Ids of millions of images: 64 bits of a SHA-256 stand for each, whose chance to meet is below one in a million. */
final class IdSet {
    private final Set<Long> hashes = new HashSet<>();

    /** Whether the id was not there before. */
    boolean add(String id) {
        return hashes.add(hash(id));
    }

    boolean contains(String id) {
        return hashes.contains(hash(id));
    }

    private static long hash(String id) {
        return Hashing.sha256().hashString(id, UTF_8).asLong();
    }
}
