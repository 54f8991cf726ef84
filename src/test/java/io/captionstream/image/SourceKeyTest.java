package io.captionstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceKeyTest {
    @ParameterizedTest
    @CsvSource({
        "http://Example.org/a.jpg, http://example.org",
        "HTTP://example.org:80/b.jpg?q, http://example.org",
        "http://example.org:8080/a.jpg, http://example.org:8080",
        "https://example.org/a.jpg, https://example.org",
        "https://example.org:443/a.jpg, https://example.org",
        "https://[2001:db8::1]:8443/a, https://[2001:db8::1]:8443",
        "s3://photos/a/b.jpg, s3://photos",
        "S3://photos/c.jpg, s3://photos"
    })
    void shouldNameWhatFailsAsAWhole(String uri, String name) {
        assertThat(SourceKey.of(uri)).isEqualTo(new SourceKey(name, true));
    }

    @ParameterizedTest
    @CsvSource({
        "file:///a.jpg, file:",
        "'data:,x', data:",
        "'', other:",
        "ftp://example.org/a, other:",
        "http://user:secret@example.org/a.jpg, http:",
        "'http://exa mple/a', http:",
        "https://, https:",
        "s3://user:secret@bucket/key, s3:",
        "s3:bucket, s3:"
    })
    void shouldShareOneSourceForWhatCannotBeDown(String uri, String name) {
        assertThat(SourceKey.of(uri)).isEqualTo(new SourceKey(name, false));
    }

    @Test
    void shouldNotKeepEndlessNames() {
        String host = "a.".repeat(200) + "org";

        assertThat(SourceKey.of("http://" + host + "/a.jpg")).isEqualTo(new SourceKey("http:", false));
        assertThat(SourceKey.of("x".repeat(100_000) + ":")).isEqualTo(new SourceKey("other:", false));
    }
}
