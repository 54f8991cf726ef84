package io.captionstream.weights;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Safetensors;
import io.captionstream.network.VocabularyGrowth;
import io.captionstream.network.Weights;
import io.captionstream.text.GloveReader;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a bundle that knows more words of one that was trained, see {@link VocabularyGrowth}. What was measured on the
 * old bundle is not carried over.
 *
 * @param version of the new bundle
 * @param glove file of word vectors for the new words, or null
 * @param seed of the noise in new rows
 */
public record BundleGrowth(String version, @Nullable Path glove, long seed) {
    public BundleGrowth {
        requireNonNull(version, "version is null");
    }

    /**
     * Writes the bundle.
     *
     * @param words new words; those the bundle has already are passed over
     * @param out must not exist; appears complete or not at all
     * @throws IllegalArgumentException if none of the words is new
     */
    public ModelBundle write(ModelBundle bundle, List<String> words, Path out, Instant createdAt)
            throws IOException, BundleException {
        WeightsFile.requireAbsent(out);
        Vocabulary vocabulary = bundle.vocabulary().with(words);
        int old = bundle.vocabulary().size();
        if (vocabulary.size() == old) {
            throw new IllegalArgumentException("the bundle knows all of these words already");
        }
        BundleManifest manifest = bundle.manifest();
        NetworkConfig network = manifest.requireNetwork().withVocabularySize(vocabulary.size());
        Weights weights = new VocabularyGrowth(vocabulary.size(), vectors(network, vocabulary, old), seed)
                .weights(Safetensors.read(bundle.weights()));
        return BundleWriter.write(
                out,
                new BundleWriter.Contents(
                        manifest.name(),
                        version,
                        network,
                        weights,
                        vocabulary,
                        manifest.resize(),
                        manifest.decoding(),
                        Map.of(),
                        ImmutableMap.<String, String>builder()
                                .putAll(manifest.lineage())
                                .put("grownFrom", bundle.digest())
                                .put("grownWith", vocabulary.size() - old + " words, seed " + seed)
                                .buildKeepingLast(),
                        createdAt));
    }

    private Map<Integer, float[]> vectors(NetworkConfig network, Vocabulary vocabulary, int old) throws IOException {
        Map<Integer, float[]> vectors = new HashMap<>();
        if (glove != null) {
            List<String> added = vocabulary.words().subList(old, vocabulary.size());
            new GloveReader(network.embeddingSize())
                    .read(glove, new HashSet<>(added))
                    .forEach((word, vector) -> vectors.put(vocabulary.id(word), vector));
        }
        return vectors;
    }
}
