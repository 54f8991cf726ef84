package io.captionstream.training;

/**
 * What an epoch came to.
 *
 * @param epoch counted from 1
 * @param trainingLoss mean loss per token over the epoch's steps, nats; since the last resume if the run was interrupted
 * @param validationLoss mean over the batches of the validation images after the epoch; NaN if there are none
 */
public record EpochResult(int epoch, double trainingLoss, double validationLoss) {}
