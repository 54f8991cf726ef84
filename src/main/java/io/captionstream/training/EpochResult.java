package io.captionstream.training;

import java.util.Map;

/**
 * What an epoch came to.
 *
 * @param epoch counted from 1
 * @param trainingLoss mean loss per token over the epoch's steps, nats
 * @param validationLoss mean over the batches of the validation images after the epoch; NaN if there are none
 * @param learningRate of the epoch's last step
 * @param metrics what decoded captions of validation images came to; empty if they were not decoded
 */
public record EpochResult(
        int epoch, double trainingLoss, double validationLoss, double learningRate, Map<String, Double> metrics) {
    public EpochResult {
        metrics = Map.copyOf(metrics);
    }
}
