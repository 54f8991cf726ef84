package io.captionstream.tracing;

import io.opentelemetry.api.common.AttributeKey;

/** Names of what spans say; those of messaging and of errors are OpenTelemetry's. */
final class SpanKeys {
    static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    static final AttributeKey<String> OPERATION_NAME = AttributeKey.stringKey("messaging.operation.name");
    static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");
    static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("captionstream.outcome");
    static final AttributeKey<String> STAGE = AttributeKey.stringKey("captionstream.stage");
    static final AttributeKey<String> MODEL = AttributeKey.stringKey("captionstream.model");
    static final AttributeKey<String> VERSION = AttributeKey.stringKey("captionstream.model.version");
    static final AttributeKey<String> SLOT = AttributeKey.stringKey("captionstream.slot");
    static final AttributeKey<Long> BATCH_IMAGES = AttributeKey.longKey("captionstream.batch.images");
    static final AttributeKey<Long> BATCH_SIZE = AttributeKey.longKey("captionstream.batch.size");
    static final AttributeKey<String> REASON = AttributeKey.stringKey("captionstream.reason");

    private SpanKeys() {}
}
