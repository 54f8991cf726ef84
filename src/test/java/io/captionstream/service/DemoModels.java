package io.captionstream.service;

import java.nio.file.Path;

/** The packaged service and the bundles of the demo, as the tests of the whole service use them. */
final class DemoModels {
    private static final Path MODELS = Path.of("src/demo/models").toAbsolutePath();

    private DemoModels() {}

    /** The value of {@code captionstream.models} for both. */
    static String list() {
        return folder("resnet50-lstm") + "," + folder("inceptionv3-glove");
    }

    static Path folder(String model) {
        return MODELS.resolve(model);
    }

    static Path application() {
        return Path.of(System.getProperty("captionstream.application", "target/quarkus-app/quarkus-run.jar"));
    }
}
