package io.captionstream.demo;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.Topics;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
                    properties(options, models, stack));
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

    private static Map<String, String> properties(DemoOptions options, List<String> models, EmbeddedStack stack) {
        Map<String, String> properties = new HashMap<>();
        properties.put("captionstream.page.enabled", "true");
        properties.put("captionstream.operations.enabled", "true");
        properties.putAll(options.learns() ? learning(options, models, stack) : serving(options.models(), models));
        return properties;
    }

    private static Map<String, String> serving(Path folder, List<String> models) {
        return Map.of(
                "captionstream.models",
                models.stream().map(model -> folder.resolve(model).toString()).collect(Collectors.joining(",")));
    }

    /** Both roles in one process; one model learns, from a version that has seen little. */
    private static Map<String, String> learning(DemoOptions options, List<String> models, EmbeddedStack stack) {
        Map<String, String> properties = new HashMap<>();
        properties.put("captionstream.roles", "caption,train");
        properties.put(
                "captionstream.models",
                models.stream()
                        .map(model -> model.equals(Demo.LEARNER)
                                ? options.models().resolve("first").resolve(model)
                                : options.models().resolve(model))
                        .map(Path::toString)
                        .collect(Collectors.joining(",")));
        properties.put(
                "captionstream.store.uri",
                stack.directory().resolve("store").toUri().toString());
        properties.put("captionstream.training.new-pairs", "0");
        properties.put(
                "captionstream.training.models.\"%s\".new-pairs".formatted(Demo.LEARNER),
                Integer.toString(Lesson.LABELS));
        // A lesson a minute on two cores. The encoder learns, too: no other can see a shape that it has never seen.
        properties.put("captionstream.training.fine-tune.train-encoder", "true");
        properties.put("captionstream.training.fine-tune.epochs", "10");
        properties.put("captionstream.training.fine-tune.learning-rate", "0.002");
        properties.put("captionstream.training.fine-tune.micro-batches", "2");
        properties.put("captionstream.training.fine-tune.batch-norm-momentum", "0.05");
        return properties;
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
