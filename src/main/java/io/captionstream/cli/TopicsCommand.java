package io.captionstream.cli;

import picocli.CommandLine.Command;

/** Commands on the service's topics. */
@Command(
        name = "topics",
        description = "Makes the service's topics.",
        mixinStandardHelpOptions = true,
        subcommands = TopicsCreateCommand.class)
final class TopicsCommand {}
