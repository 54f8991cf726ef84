package io.captionstream.finetune;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import io.captionstream.training.CaptionedImage;
import java.io.IOException;
import java.util.List;

/** Names labelled images: equal digests, equal ids, captions, splits and files. */
final class PairDigest {
    private PairDigest() {}

    /** @return SHA-256 in hexadecimal; empty if there are no images */
    static String of(List<CaptionedImage> images) throws IOException {
        if (images.isEmpty()) {
            return "";
        }
        Hasher hasher = Hashing.sha256().newHasher();
        for (CaptionedImage image : images) {
            put(hasher, image.id());
            put(hasher, image.split().label());
            hasher.putInt(image.captions().size());
            image.captions().forEach(caption -> put(hasher, caption));
            hasher.putBytes(
                    MoreFiles.asByteSource(image.file()).hash(Hashing.sha256()).asBytes());
        }
        return hasher.hash().toString();
    }

    private static void put(Hasher hasher, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        hasher.putInt(bytes.length).putBytes(bytes);
    }
}
