package io.captionstream.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    A small RED circle above a blue square. | a small red circle above a blue square
                    It's a dog, isn't it?                   | it 's a dog is n't it
                    The man\u2019s hat can't stay           | the man 's hat ca n't stay
                    a black-and-white photo -- of a man     | a black-and-white photo of a man
                    2,000 people at 5:30 pm (3 of them)     | 2,000 people at 5:30 pm 3 of them
                    a caf\u00e9 & a bar                     | a caf\u00e9 a bar
                    "quoted"; words: done!                  | quoted words done
                    they're we've he'll i'd i'm             | they 're we 've he 'll i 'd i 'm
                    """)
    void shouldSplitAsTheCaptioningCommunityDoes(String caption, String tokens) {
        assertThat(String.join(" ", Tokenizer.tokenize(caption))).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource({"''", "'  '", "'...!'"})
    void shouldFindNoWordsWhereThereAreNone(String caption) {
        assertThat(Tokenizer.tokenize(caption)).isEmpty();
    }
}
