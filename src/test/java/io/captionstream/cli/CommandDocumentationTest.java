package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.doctor.Ailment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Holds docs/cli.md to the commands. */
class CommandDocumentationTest {
    private static final Path PAGE = Path.of("docs/cli.md");

    /** Of these the page describes every option; the others have pages of their own. */
    private static final Set<String> HERE = Set.of("publish", "tail", "dlq", "topics", "doctor");

    private final CommandSpec root = CaptionstreamCommand.commandLine().getCommandSpec();

    @Test
    void shouldNameEveryCommand() throws IOException {
        String page = Files.readString(PAGE);

        assertThat(leaves(root, "")).hasSizeGreaterThan(20).allSatisfy(name -> assertThat(page)
                .contains("`" + name + "`"));
    }

    @Test
    void shouldDescribeEveryOption() throws IOException {
        String page = Files.readString(PAGE);
        List<String> options = new ArrayList<>();
        for (String name : HERE) {
            collect(root.subcommands().get(name).getCommandSpec(), options);
        }

        assertThat(options).hasSizeGreaterThan(30).allSatisfy(option -> assertThat(page)
                .containsPattern(Pattern.compile("`" + Pattern.quote(option) + "[ `\\[]")));
    }

    @Test
    void shouldNotDescribeOptionsThatAreNotThere() throws IOException {
        List<String> options = new ArrayList<>();
        collect(root, options);

        assertThat(Pattern.compile("(?m)^\\|[^|]*\\|")
                        .matcher(Files.readString(PAGE))
                        .results()
                        .flatMap(row -> Pattern.compile("--[a-z][a-z-]*")
                                .matcher(row.group())
                                .results())
                        .map(found -> found.group()))
                .hasSizeGreaterThan(30)
                .isSubsetOf(options);
    }

    @Test
    void shouldDescribeEveryAilment() throws IOException {
        String page = Files.readString(PAGE);

        assertThat(Arrays.stream(Ailment.values()).map(ailment -> "| `" + ailment + "` |"))
                .allSatisfy(row -> assertThat(page).contains(row));
    }

    @Test
    void shouldDescribeEveryExitCode() throws IOException {
        String page = Files.readString(PAGE);

        assertThat(root.usageMessage().exitCodeList().keySet()).isNotEmpty().allSatisfy(code -> assertThat(page)
                .contains("\n| " + code + " | "));
    }

    private static List<String> leaves(CommandSpec spec, String prefix) {
        List<String> names = new ArrayList<>();
        spec.subcommands().forEach((name, command) -> {
            CommandSpec child = command.getCommandSpec();
            if (child.subcommands().isEmpty() && !(child.userObject() instanceof CommandLine.HelpCommand)) {
                names.add(prefix + name);
            }
            names.addAll(leaves(child, prefix + name + " "));
        });
        return names;
    }

    private static void collect(CommandSpec spec, List<String> options) {
        spec.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .map(OptionSpec::longestName)
                .forEach(options::add);
        spec.subcommands().values().forEach(command -> collect(command.getCommandSpec(), options));
    }
}
