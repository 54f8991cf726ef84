package io.captionstream.training;

/**
 * One caption of one image.
 *
 * @param image index into the images of the dataset
 * @param tokens token numbers of the caption, without start and end; treated as immutable
 */
record Example(int image, int[] tokens) {}
