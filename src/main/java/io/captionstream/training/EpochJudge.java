package io.captionstream.training;

import io.captionstream.network.Weights;
import java.io.IOException;
import java.util.Map;

/** Judges the weights of an epoch by what they do in serving. */
@FunctionalInterface
interface EpochJudge {
    /** Metrics by name, higher is better. */
    Map<String, Double> judge(Weights weights) throws IOException;
}
