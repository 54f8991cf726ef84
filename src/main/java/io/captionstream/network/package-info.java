/**
 * The networks as TensorFlow graphs: image encoders, caption decoders, beam search, loss and optimizer, and the files
 * weights and frozen graphs live in.
 *
 * <p>Every architecture is written once, against {@link io.captionstream.network.Parameters} and convolution layers
 * that are either variables (training) or constants with batch normalization folded in (serving).
 */
@org.jspecify.annotations.NullMarked
package io.captionstream.network;
