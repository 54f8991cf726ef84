package io.captionstream.demo;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.Topics;
import java.util.List;
import java.util.Map;

/** The running demo: broker, registry and the packaged service. */
final class DemoApplication implements AutoCloseable {
    private static final int PARTITIONS = 4;

    private final EmbeddedStack stack;
    private final ApplicationProcess service;

    private DemoApplication(EmbeddedStack stack, ApplicationProcess service) {
        this.stack = stack;
        this.service = service;
    }

    static DemoApplication start(DemoOptions options, List<String> models) {
        EmbeddedStack stack = EmbeddedStack.start();
        try {
            Topics topics = Topics.defaults();
            stack.broker().createAllTopics(PARTITIONS, topics);
            ApplicationProcess service = ApplicationProcess.start(
                    options.application(),
                    stack,
                    stack.directory().resolve("service"),
                    List.of("-Xmx" + options.heap()),
                    Map.of(
                            "captionstream.models",
                            String.join(
                                    ",",
                                    models.stream()
                                            .map(model -> options.models()
                                                    .resolve(model)
                                                    .toString())
                                            .toList())));
            try {
                service.awaitReady();
            } catch (RuntimeException e) {
                service.close();
                throw e;
            }
            return new DemoApplication(stack, service);
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    String bootstrapServers() {
        return stack.broker().bootstrapServers();
    }

    String registryUrl() {
        return stack.registry().url();
    }

    String serviceUrl() {
        return service.url();
    }

    boolean isAlive() {
        return service.isAlive();
    }

    @Override
    public void close() {
        service.close();
        stack.close();
    }
}
