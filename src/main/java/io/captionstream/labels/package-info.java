/** From the log of labelled pairs to captioned images. Null only where marked. */
@NullMarked
package io.captionstream.labels;

import org.jspecify.annotations.NullMarked;
