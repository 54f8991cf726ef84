/** Judges what models say of a dataset, and tells it to programs and to people. */
@NullMarked
package io.captionstream.report;

import org.jspecify.annotations.NullMarked;
