package io.captionstream;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Entry point of the application. */
@QuarkusMain
public final class Captionstream {
    private Captionstream() {}

    public static void main(String[] args) {
        Quarkus.run(args);
    }
}
