/**
 * Weights from and for elsewhere: published encoders (torchvision, timm, keras-applications), decoders in PyTorch's
 * layout, whole models as SavedModels. Everything is checked against the network before a file is written.
 */
@NullMarked
package io.captionstream.weights;

import org.jspecify.annotations.NullMarked;
