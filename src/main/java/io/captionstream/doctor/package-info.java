/** Looks at all that the service needs around it, names what is wrong and says how to mend it. */
@NullMarked
package io.captionstream.doctor;

import org.jspecify.annotations.NullMarked;
