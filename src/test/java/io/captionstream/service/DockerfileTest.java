package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the Dockerfiles to the rules of hadolint that matter here, named by their codes, and to what the build makes. No
 * container engine is needed.
 */
class DockerfileTest {
    private static final Set<String> INSTRUCTIONS = Set.of(
            "FROM",
            "ARG",
            "ENV",
            "LABEL",
            "RUN",
            "COPY",
            "USER",
            "WORKDIR",
            "VOLUME",
            "EXPOSE",
            "ENTRYPOINT",
            "CMD",
            "HEALTHCHECK",
            "STOPSIGNAL",
            "SHELL");

    /** One instruction, its lines joined. */
    private record Instruction(String name, String arguments) {}

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile", "Dockerfile.gpu"})
    void shouldKeepTheRulesOfImages(String file) throws IOException {
        List<Instruction> instructions = instructions(file);

        assertThat(instructions)
                .extracting(Instruction::name)
                .as("known instructions; no ADD where COPY does (DL3020), no MAINTAINER (DL4000)")
                .allMatch(INSTRUCTIONS::contains);
        assertThat(all(instructions, "FROM"))
                .as("versions of bases are pinned (DL3006, DL3007)")
                .allMatch(image -> image.matches("\\S+:\\S*\\d+\\.\\d+\\S*( AS \\w+)?"));
        assertThat(all(instructions, "WORKDIR"))
                .as("work directories are absolute (DL3000)")
                .allMatch(path -> path.startsWith("/"));
        assertThat(all(instructions, "RUN")).allSatisfy(command -> {
            assertThat(command).as("DL3003, DL3004").doesNotContain("cd ").doesNotContain("sudo ");
            assertThat(command).as("a pipe hides failures (DL4006)").doesNotContainPattern("[^|]\\|[^|]");
        });
        assertThat(all(instructions, "ENTRYPOINT"))
                .as("a shell would not pass signals on (DL3025)")
                .singleElement()
                .satisfies(entry -> assertThat(entry).startsWith("["));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile", "Dockerfile.gpu"})
    void shouldInstallPinnedPackagesAndLeaveNoLists(String file) throws IOException {
        for (String command : all(instructions(file), "RUN")) {
            Matcher install = Pattern.compile("apt-get install -y --no-install-recommends (.*?) &&")
                    .matcher(command);
            assertThat(install.find())
                    .as("apt-get installs without recommendations (DL3014, DL3015): %s", command)
                    .isEqualTo(command.contains("apt-get install"));
            if (command.contains("apt-get install")) {
                assertThat(install.group(1).strip().split("\\s+"))
                        .as("versions are pinned (DL3008)")
                        .allMatch(part -> part.contains("="));
                assertThat(command).as("DL3009").contains("rm -rf /var/lib/apt/lists/*");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile", "Dockerfile.gpu"})
    void shouldRunAsTheUserThatTheManifestsName(String file) throws IOException {
        List<Instruction> instructions = instructions(file);
        String user = last(instructions, "USER");
        var pod = Manifests.document(Manifests.FOLDER.resolve("base/captioner.yaml"))
                .at("/spec/template/spec/securityContext");

        assertThat(user)
                .as("the last user is not root (DL3002), and a number, or Kubernetes could not know")
                .isEqualTo(pod.path("runAsUser").asText() + ":"
                        + pod.path("runAsGroup").asText());
        assertThat(all(instructions, "RUN"))
                .anyMatch(command -> command.contains("install -d -o " + user.replace(":", " -g ")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile", "Dockerfile.gpu"})
    void shouldTakeWhatTheBuildMakes(String file) throws IOException {
        List<Instruction> instructions = instructions(file);
        List<String> ignored = Files.readAllLines(Path.of(".dockerignore"));

        for (String copy : all(instructions, "COPY")) {
            if (copy.startsWith("--from")) {
                continue;
            }
            List<String> parts = List.of(copy.split(" "));
            assertThat(parts.subList(0, parts.size() - 1)).allSatisfy(source -> {
                assertThat(Path.of(source)).exists();
                assertThat(ignored).as(".dockerignore lets %s in", source).contains("!" + source);
            });
        }
        assertThat(all(instructions, "COPY")).anyMatch(copy -> copy.endsWith("/build/target/image /app"));
        assertThat(Files.readString(Path.of("pom.xml")))
                .contains("<image.directory>${project.build.directory}/image</image.directory>");
        String launcher = last(instructions, "ENTRYPOINT").replaceAll("[\\[\\]\"]", "");
        assertThat(Path.of("src/main/image").resolve(launcher.replaceFirst("^/app/", "")))
                .isExecutable();
        assertThat(last(instructions, "EXPOSE"))
                .isEqualTo(Manifests.document(Manifests.FOLDER.resolve("base/captioner.yaml"))
                        .at("/spec/template/spec/containers/0/ports/0/containerPort")
                        .asText());
    }

    private static List<Instruction> instructions(String file) throws IOException {
        String joined = Files.readAllLines(Path.of(file)).stream()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.joining("\n"))
                .replaceAll("\\s*\\\\\n\\s*", " ");
        List<Instruction> instructions = new ArrayList<>();
        joined.lines().filter(line -> !line.isBlank()).forEach(line -> {
            String[] parts = line.split(" ", 2);
            instructions.add(new Instruction(parts[0], parts[1].strip()));
        });
        return instructions;
    }

    private static List<String> all(List<Instruction> instructions, String name) {
        return instructions.stream()
                .filter(instruction -> instruction.name().equals(name))
                .map(Instruction::arguments)
                .toList();
    }

    private static String last(List<Instruction> instructions, String name) {
        List<String> all = all(instructions, name);
        assertThat(all).as(name).isNotEmpty();
        return all.get(all.size() - 1);
    }
}
