package io.captionstream.doctor;

/** What can be wrong. The names are printed for programs, too: they may be added to, never renamed. */
public enum Ailment {
    /** No address of the brokers resolves. */
    BROKER_UNKNOWN_HOST,
    /** Nothing accepts connections where the brokers should be. */
    BROKER_UNREACHABLE,
    /** Something accepts connections there, and does not answer. */
    BROKER_SILENT,
    /** The brokers refuse user name or password. */
    BROKER_CREDENTIALS,
    /** Certificates do not go together. */
    BROKER_TLS,
    /** The brokers want to be spoken to in another way. */
    BROKER_PROTOCOL,
    /** The settings of the Kafka clients are not usable. */
    BROKER_SETTINGS,
    /** The brokers send clients to addresses that cannot be reached from here. */
    BROKER_ADVERTISED,
    TOPIC_MISSING,
    /** A topic has settings that the service cannot work with. */
    TOPIC_UNSUITABLE,
    /** A topic is compacted of which every record counts. */
    TOPIC_COMPACTED,
    /** A topic does not take records as large as the service may write, or read. */
    TOPIC_TOO_SMALL,
    /** Events are deleted so soon that they may not have been captioned. */
    TOPIC_RETENTION,
    /** {@code min.insync.replicas} and the number of replicas do not go together. */
    TOPIC_REPLICAS,
    /** Kafka Streams would not go on with the topics that it made, since they have other partitions than their sources. */
    INTERNAL_TOPIC_PARTITIONS,
    /** The brokers take too little metadata with an offset for what is in flight. */
    OFFSET_METADATA_TOO_SMALL,
    /** The brokers forget offsets sooner than events. */
    OFFSETS_EXPIRE,
    /** The brokers take no requests as large as the largest record. */
    REQUESTS_TOO_LARGE,
    /** A setting has no effect as it is spelled. */
    SETTING_IGNORED,
    /** The brokers do not allow what the service does. */
    ACL_MISSING,
    /** Exactly once needs transactions, and the brokers have none to offer. */
    TRANSACTIONS_UNAVAILABLE,
    /** The brokers would not make the topics that Kafka Streams makes for itself. */
    INTERNAL_TOPICS_REFUSED,
    REGISTRY_UNREACHABLE,
    /** The registry refuses user name or password. */
    REGISTRY_CREDENTIALS,
    /** What answers is not a schema registry with Confluent's API. */
    REGISTRY_ADDRESS,
    /** The registry holds a schema that the service's is not compatible with. */
    SCHEMA_INCOMPATIBLE,
    /** A schema is not registered, and the service is not to do it. */
    SCHEMA_MISSING,
    STORE_MISSING,
    STORE_UNREADABLE,
    STORE_UNWRITABLE,
    MODEL_MISSING,
    /** A folder is not the bundle that its manifest describes. */
    MODEL_UNUSABLE,
    /** TensorFlow's native libraries are not there, or do not load. */
    NATIVES_MISSING,
    DEVICE_MISSING,
    /** There is a GPU, and TensorFlow does not see it. */
    DEVICE_UNUSED,
    DISK_FULL,
    DISK_UNWRITABLE,
    CLOCK_SKEWED
}
