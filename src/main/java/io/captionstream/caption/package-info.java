/** Image events in, caption events and dead letters out. Null only where marked. */
@NullMarked
package io.captionstream.caption;

import org.jspecify.annotations.NullMarked;
