/** Models: what a captioner is, the live one and its swap. Null only where marked. */
@NullMarked
package io.captionstream.model;

import org.jspecify.annotations.NullMarked;
