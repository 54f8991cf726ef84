package io.captionstream;

import io.captionstream.cli.CaptionstreamCommand;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.jline.utils.Signals;

/** Entry point of the application: the service, or a command that runs without it. */
@QuarkusMain
public final class Captionstream {
    private static final String SERVE = "serve";

    private Captionstream() {}

    /** Starts the service if there are no arguments or the first is {@code serve}; otherwise runs that command. */
    public static void main(String[] args) {
        if (args.length == 0 || args[0].equals(SERVE)) {
            // An orderly end that was asked for is a success: what supervises the process should not report a failure.
            Signals.register("TERM", () -> Quarkus.asyncExit(0));
            Quarkus.run(args);
        } else {
            System.exit(CaptionstreamCommand.run(args));
        }
    }
}
