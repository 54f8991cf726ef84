/** Configuration and wiring: the only package that knows the container. */
@org.jspecify.annotations.NullMarked
package io.captionstream.service;
