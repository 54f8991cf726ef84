/** What an operator does with models: the one service behind the commands and the REST interface. */
@NullMarked
package io.captionstream.operations;

import org.jspecify.annotations.NullMarked;
