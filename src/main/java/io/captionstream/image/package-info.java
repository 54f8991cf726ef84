/**
 * From an image reference to pixels: fetching within limits, decoding, resizing. Nothing in here trusts an address, a
 * length, a header or a byte it is given.
 */
@org.jspecify.annotations.NullMarked
package io.captionstream.image;
