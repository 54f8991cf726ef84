/** What the live page is told: captions, dead letters, reports and releases as they come, and how busy it all is. */
@NullMarked
package io.captionstream.live;

import org.jspecify.annotations.NullMarked;
