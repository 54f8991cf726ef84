/** Released model versions, and how a running service changes over to them. */
@NullMarked
package io.captionstream.release;

import org.jspecify.annotations.NullMarked;
