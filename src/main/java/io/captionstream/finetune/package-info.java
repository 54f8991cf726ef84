/**
 * Makes a better model of one that serves: fine-tunes it on new labelled images without losing what it knows of old ones,
 * and judges whether the result may take its place.
 */
@NullMarked
package io.captionstream.finetune;

import org.jspecify.annotations.NullMarked;
