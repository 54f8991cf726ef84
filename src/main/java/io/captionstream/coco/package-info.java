/** Published caption datasets in the layouts of MS COCO, brought into the formats that training reads. */
@NullMarked
package io.captionstream.coco;

import org.jspecify.annotations.NullMarked;
