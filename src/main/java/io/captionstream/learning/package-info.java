/** Labelled pairs in, better versions of the models out: runs, and the topology that decides when there is one. */
@NullMarked
package io.captionstream.learning;

import org.jspecify.annotations.NullMarked;
