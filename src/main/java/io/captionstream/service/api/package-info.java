/** The REST interface of operations. */
@NullMarked
package io.captionstream.service.api;

import org.jspecify.annotations.NullMarked;
