package io.captionstream.training;

import io.captionstream.text.Tokenizer;
import io.captionstream.text.Vocabulary;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Captioned images as a network takes them: captions as token numbers, every image in its {@link Split}.
 *
 * @param images all images
 * @param examples one per caption
 */
record Dataset(List<CaptionedImage> images, Map<Split, List<Example>> examples) {
    static Dataset of(List<CaptionedImage> images, Vocabulary vocabulary) {
        Map<Split, List<Example>> examples = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            examples.put(split, new ArrayList<>());
        }
        for (int image = 0; image < images.size(); image++) {
            List<Example> ofSplit = examples.get(images.get(image).split());
            for (String caption : images.get(image).captions()) {
                int[] tokens = Tokenizer.tokenize(caption).stream()
                        .mapToInt(vocabulary::id)
                        .toArray();
                ofSplit.add(new Example(image, tokens));
            }
        }
        return new Dataset(List.copyOf(images), examples);
    }

    /** The captions of a split in the order of the images. */
    List<Example> examples(Split split) {
        return examples.get(split);
    }
}
