/** The topics of the service: what each must be like, and how they are made. */
@NullMarked
package io.captionstream.provision;

import org.jspecify.annotations.NullMarked;
