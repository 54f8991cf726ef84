/** Clients of brokers and schema registry for who reads or writes topics outside of Kafka Streams. */
@NullMarked
package io.captionstream.connection;

import org.jspecify.annotations.NullMarked;
