package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages of the documentation lead to pages and headings that are there, and each page can be found. */
class DocumentationLinksTest {
    private static final Path INDEX = Path.of("docs/README.md");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

    @Test
    void shouldLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            for (String link : links(page)) {
                if (!leadsSomewhere(page, link)) {
                    broken.add(page + ": " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void shouldListEveryPage() throws IOException {
        List<Path> listed =
                links(INDEX).stream().map(link -> target(INDEX, link)).toList();

        try (Stream<Path> files = Files.list(INDEX.getParent())) {
            assertThat(files.filter(file -> file.toString().endsWith(".md")).filter(file -> !file.equals(INDEX)))
                    .isNotEmpty()
                    .allSatisfy(page -> assertThat(listed).contains(page));
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(INDEX.getParent())) {
            return Stream.concat(Stream.of(Path.of("README.md")), files.filter(file -> file.toString()
                            .endsWith(".md")))
                    .toList();
        }
    }

    private static List<String> links(Path page) throws IOException {
        return LINK.matcher(withoutCode(Files.readString(page)))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private static boolean leadsSomewhere(Path page, String link) throws IOException {
        if (link.startsWith("https://") || link.startsWith("http://")) {
            return true;
        }
        int anchor = link.indexOf('#');
        Path target = target(page, link);
        return Files.exists(target) && (anchor < 0 || anchors(target).contains(link.substring(anchor + 1)));
    }

    private static Path target(Path page, String link) {
        String path = link.replaceFirst("#.*", "");
        Path folder = page.getParent() == null ? Path.of("") : page.getParent();
        return path.isEmpty() ? page : folder.resolve(path).normalize();
    }

    /** As forges make them of headings. */
    private static List<String> anchors(Path page) throws IOException {
        Matcher headings = HEADING.matcher(withoutCode(Files.readString(page)));
        return headings.results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static String withoutCode(String page) {
        return page.replaceAll("(?s)```.*?```", "");
    }
}
