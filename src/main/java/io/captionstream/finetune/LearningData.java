package io.captionstream.finetune;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.training.CaptionedImage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Labelled images of all splits. Their order does not matter.
 *
 * @param fresh those the champion has not learned from, each id once
 * @param old those it has, each id once; an image that was labelled anew is fresh and left out here
 */
public record LearningData(List<CaptionedImage> fresh, List<CaptionedImage> old) {
    public LearningData {
        fresh = List.copyOf(fresh);
        Set<String> freshIds = ids(fresh, "fresh");
        old = old.stream().filter(image -> !freshIds.contains(image.id())).toList();
        ids(old, "old");
    }

    private static Set<String> ids(List<CaptionedImage> images, String what) {
        Set<String> ids = new HashSet<>();
        for (CaptionedImage image : images) {
            checkArgument(ids.add(image.id()), "image %s is twice in %s", image.id(), what);
        }
        return ids;
    }
}
