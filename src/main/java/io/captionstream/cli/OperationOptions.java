package io.captionstream.cli;

import io.captionstream.operations.Operations;
import java.io.IOException;
import picocli.CommandLine.Mixin;

/** Options of all commands that deal with released models: brokers, registry, topics and the store of bundles. */
final class OperationOptions {
    @Mixin
    @SuppressWarnings("NullAway.Init")
    BrokerOptions broker;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TopicOptions topics;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    StoreOptions store;

    /** @throws IllegalArgumentException if nothing says where the store is */
    Operations open() throws IOException {
        return Operations.open(new Operations.Config(
                broker.settings(),
                topics.topics(),
                store.store()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "Nothing says where the bundles are: give --store or set captionstream.store.uri")),
                new CommandSettings().registersSchemas()));
    }
}
