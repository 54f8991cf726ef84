/** Captions a range of the image events again, with any version of a model, beside the service and without touching it. */
@NullMarked
package io.captionstream.replay;

import org.jspecify.annotations.NullMarked;
