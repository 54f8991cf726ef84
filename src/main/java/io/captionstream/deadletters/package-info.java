/** Dead letters: what is in their topic, and how they are tried again. */
@NullMarked
package io.captionstream.deadletters;

import org.jspecify.annotations.NullMarked;
