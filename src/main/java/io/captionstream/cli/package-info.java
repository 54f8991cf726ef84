/** Commands that run without the service. */
@NullMarked
package io.captionstream.cli;

import org.jspecify.annotations.NullMarked;
