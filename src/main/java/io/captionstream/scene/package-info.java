/**
 * Synthetic labelled pictures: one to three coloured shapes, each picture with exactly one right caption.
 *
 * <p>Demo models are trained and judged on them, so a caption here is the truth and not one opinion among several.
 */
@NullMarked
package io.captionstream.scene;

import org.jspecify.annotations.NullMarked;
