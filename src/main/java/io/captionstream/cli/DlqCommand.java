package io.captionstream.cli;

import picocli.CommandLine.Command;

/** Commands on dead letters. */
@Command(
        name = "dlq",
        description = "Lists dead letters, shows them, and tries them again.",
        mixinStandardHelpOptions = true,
        subcommands = {DlqListCommand.class, DlqShowCommand.class, DlqRetryCommand.class})
final class DlqCommand {}
