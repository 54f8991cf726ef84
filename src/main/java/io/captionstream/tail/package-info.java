/** Captions as they come, for a person who watches. */
@NullMarked
package io.captionstream.tail;

import org.jspecify.annotations.NullMarked;
