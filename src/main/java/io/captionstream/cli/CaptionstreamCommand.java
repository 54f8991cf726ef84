package io.captionstream.cli;

import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.model.BundleException;
import io.captionstream.model.InferenceException;
import io.captionstream.operations.OperationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of all commands. */
@Command(
        name = "captionstream",
        description = "Captions images out of Kafka. Without a command, starts the service.",
        mixinStandardHelpOptions = true,
        versionProvider = CaptionstreamCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; a line says why",
            "2:wrong usage",
            "3:a rebuilt version is another",
            "130:stopped by Ctrl-C"
        },
        subcommands = {
            PublishCommand.class,
            TailCommand.class,
            DlqCommand.class,
            TopicsCommand.class,
            DoctorCommand.class,
            ScenesCommand.class,
            TrainCommand.class,
            ImportWeightsCommand.class,
            ExportWeightsCommand.class,
            ImportModelCommand.class,
            GrowVocabularyCommand.class,
            ImportCocoCommand.class,
            EvaluateCommand.class,
            ReexportCommand.class,
            ModelsCommand.class,
            ReplayCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        })
public final class CaptionstreamCommand {
    private CaptionstreamCommand() {}

    /**
     * Runs a command.
     *
     * @return exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by the user
     */
    public static int run(String... args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        return new CommandLine(new CaptionstreamCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(CaptionstreamCommand::report);
    }

    /** What the user can do something about is told in a line; a stack trace is for what nobody foresaw. */
    private static int report(Exception failure, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (failure instanceof NoSuchFileException) {
            command.getErr().println("Error: no such file: " + failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        if (failure instanceof IOException
                || failure instanceof UncheckedIOException
                || failure instanceof KafkaException
                || failure instanceof RegistryUnavailableException
                || failure instanceof IllegalArgumentException
                || failure instanceof BundleException
                || failure instanceof InferenceException
                || failure instanceof OperationException) {
            command.getErr().println("Error: " + failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw failure;
    }

    /** From the application's archive. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = CaptionstreamCommand.class.getPackage().getImplementationVersion();
            return new String[] {"captionstream " + (version == null ? "of a development build" : version)};
        }
    }
}
