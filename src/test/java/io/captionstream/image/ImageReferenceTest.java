package io.captionstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageReferenceTest {
    @Test
    void shouldHoldExactlyOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageReference(null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageReference("http://a/", new byte[1]));
        assertThat(ImageReference.ofContent(new byte[] {1})).isEqualTo(ImageReference.ofContent(new byte[] {1}));
    }

    @ParameterizedTest
    @CsvSource({
        "https://user:secret@example.org/a.jpg, https://***@example.org/a.jpg",
        "https://bucket.example.org/a.jpg?X-Amz-Signature=secret, https://bucket.example.org/a.jpg?...",
        "https://example.org/a.jpg#secret, https://example.org/a.jpg?...",
        "https://example.org/a@b.jpg, https://example.org/a@b.jpg",
        "s3://bucket/a@b.jpg, s3://bucket/a@b.jpg"
    })
    void shouldNotShowSecrets(String uri, String shown) {
        assertThat(ImageReference.ofUri(uri)).hasToString(shown);
    }

    @Test
    void shouldShortenDataAndControlCharacters() {
        assertThat(ImageReference.ofUri("data:image/png;base64," + "A".repeat(100_000))
                        .toString())
                .startsWith("data:image/png;base64,... (100022")
                .hasSizeLessThan(100);
        assertThat(ImageReference.ofUri("http://a/\r\nX").toString()).isEqualTo("http://a/??X");
        assertThat(ImageReference.ofUri("http://a/" + "b".repeat(5000)).toString())
                .hasSizeLessThan(300);
        assertThat(ImageReference.ofContent(new byte[7])).hasToString("7 inline bytes");
    }
}
