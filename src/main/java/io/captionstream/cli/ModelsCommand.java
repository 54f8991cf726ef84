package io.captionstream.cli;

import picocli.CommandLine.Command;

/** Commands on the versions of released models. */
@Command(
        name = "models",
        description = "Lists, compares, releases and takes back versions of the models.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ModelsListCommand.class,
            ModelsShowCommand.class,
            ModelsPromoteCommand.class,
            ModelsRollbackCommand.class,
            ModelsEndTrialCommand.class,
            ModelsDiffCommand.class,
            ModelsRebuildCommand.class
        })
final class ModelsCommand {}
