package io.captionstream.caption;

import static com.google.common.base.Verify.verifyNotNull;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Passes on the events that a filter accepts. */
final class FilterProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private final RecordFilter filter;
    private @Nullable ProcessorContext<byte[], byte[]> context;

    FilterProcessor(RecordFilter filter) {
        this.filter = filter;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> newContext) {
        context = newContext;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        ProcessorContext<byte[], byte[]> current = verifyNotNull(context, "not initialized");
        if (current.recordMetadata()
                .filter(origin -> filter.accepts(origin.partition(), origin.offset()))
                .isPresent()) {
            current.forward(record);
        }
    }
}
