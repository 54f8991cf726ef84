/** Measures of captions against what people wrote. */
@NullMarked
package io.captionstream.evaluation;

import org.jspecify.annotations.NullMarked;
