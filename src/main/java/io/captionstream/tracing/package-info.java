/** Traces of images and of the batches they are captioned in, with OpenTelemetry. */
@NullMarked
package io.captionstream.tracing;

import org.jspecify.annotations.NullMarked;
