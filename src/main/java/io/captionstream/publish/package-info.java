/** Image events from files, folders, addresses and lists onto the topic of image events. */
@NullMarked
package io.captionstream.publish;

import org.jspecify.annotations.NullMarked;
