package io.captionstream.evaluation;

import java.util.List;

/** Captions whose scores others have published. */
final class PublishedCases {
    /** The README of aac-metrics, which wraps the code of coco-caption. */
    static final List<CaptionCase> AAC_METRICS = List.of(
            CaptionCase.of(
                    "1",
                    "a man is speaking",
                    List.of(
                            "a man speaks.",
                            "someone speaks.",
                            "a man is speaking while a bird is chirping in the background")),
            CaptionCase.of("2", "rain falls", List.of("rain is falling hard on a surface")));

    private PublishedCases() {}
}
