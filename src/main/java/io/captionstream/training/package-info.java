/** Trains caption models from images and their captions: dataset, batches, training loop, checkpoints, evaluation. */
@NullMarked
package io.captionstream.training;

import org.jspecify.annotations.NullMarked;
