/** Where model bundles are kept for all instances of the service to fetch. */
@NullMarked
package io.captionstream.store;

import org.jspecify.annotations.NullMarked;
