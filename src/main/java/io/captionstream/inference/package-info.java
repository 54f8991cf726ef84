/** Single images in, batches through the model, single results out. Null only where marked. */
@NullMarked
package io.captionstream.inference;

import org.jspecify.annotations.NullMarked;
