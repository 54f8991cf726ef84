package io.captionstream.cli;

import picocli.CommandLine.Command;

/** Commands on what the topics hold. */
@Command(
        name = "replay",
        description = "Captions image events again, or trains on labelled pairs again, beside the service.",
        mixinStandardHelpOptions = true,
        subcommands = {ReplayImagesCommand.class, ReplayDiffCommand.class, ReplayLabelsCommand.class})
final class ReplayCommand {}
