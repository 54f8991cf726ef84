package io.captionstream.demo;

import io.captionstream.event.Topics;
import java.util.List;

/**
 * Shows the service at work on scenes that it was not trained on: how it gets better while it runs
 * ({@link LearningDemo}), or how much it gets done ({@link CaptioningDemo}).
 */
public final class Demo {
    static final List<String> MODELS = List.of("resnet50-lstm", "inceptionv3-glove");

    /** The model that learns; the others stay as they are, for comparison. */
    static final String LEARNER = "inceptionv3-glove";

    private Demo() {}

    public static void main(String[] args) {
        DemoOptions options = DemoOptions.fromSystemProperties();
        System.out.println("Starting broker, registry and service ...");
        try (DemoApplication application = DemoApplication.start(options, MODELS)) {
            Runtime.getRuntime().addShutdownHook(new Thread(application::close));
            Instructions.print(application, Topics.defaults());
            String summary = options.learns()
                    ? new LearningDemo(options, application).run()
                    : new CaptioningDemo(options, application).run();
            application.close();
            System.out.println(summary);
        }
    }
}
