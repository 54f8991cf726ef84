package io.captionstream.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    A small RED circle above a blue square. | a small red circle above a blue square
                    It's a dog, isn't it?                   | it 's a dog is n't it
                    they're we've he'll i'd i'm             | they 're we 've he 'll i 'd i 'm
                    can't won't don't cannot couldn't've    | ca n't wo n't do n't can not could n't 've
                    Gonna wanna gotta                       | gon na wan na got ta
                    The man\u2019s hat can\u2019t stay      | the man 's hat ca n't stay
                    it 's a dog , is n't it                 | it 's a dog is n't it
                    two dogs' bowls and the boys' bikes     | two dogs bowls and the boys bikes
                    a child's t-shirt's sleeve              | a child 's t-shirt 's sleeve
                    o'clock ma'am hors d'oeuvres s'mores    | o'clock ma'am hors d'oeuvres s'mores
                    rock 'n' roll in the '80s, get 'em      | rock 'n' roll in the '80s get 'em
                    'tis a man 'cause it's blowin'          | 't is a man 'cause it 's blowin
                    """)
    void shouldSplitContractions(String caption, String tokens) {
        assertThat(tokenize(caption)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    a black-and-white photo -- of a man     | a black-and-white photo of a man
                    a double-decker bus - red - stops       | a double-decker bus red stops
                    a half-eaten, well- lit pre-war cake-   | a half-eaten well lit pre-war cake
                    a 2-story house with a 12-foot-tall man | a 2-story house with a 12-foot-tall man
                    non\u2011stop \u2014 or\u2013not        | non-stop or not
                    a black/white cat and/or dog / bird     | a black/white cat and/or dog / bird
                    """)
    void shouldKeepHyphensAndSlashesInsideWords(String caption, String tokens) {
        assertThat(tokenize(caption)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    "quoted"; words: done!                  | quoted words done
                    a sign that reads 'stop here'           | a sign that reads stop here
                    \u201cstop\u201d and \u2018go\u2019     | stop and go
                    ``stop'' and `go' \u00abnow\u00bb       | stop and go now
                    a man (in a hat) [on] a {horse}         | a man in a hat on a horse
                    wait... what?! hm\u2026 ok , then .     | wait what hm ok then
                    a dog.A cat,a bird                      | a dog a cat a bird
                    """)
    void shouldDropPunctuation(String caption, String tokens) {
        assertThat(tokenize(caption)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    2,000 people at 5:30 pm (3 of them)     | 2,000 people at 5:30 pm 3 of them
                    5:30pm, 5pm, the 2nd of the 1950's      | 5:30 pm 5pm the 2nd of the 1950 's
                    1/2 of 3.5 on 12/24/2012.               | 1/2 of 3.5 on 12/24/2012
                    $5.00 for #1, 50% off & more            | $ 5.00 for # 1 50 % off & more
                    \u00bd cup, 1\u00bd cups, 6'2" tall    | 1/2 cup 1 1/2 cups 6 2 tall
                    @home #sunny                            | @home #sunny
                    \u20ac20 + 2 = 22 at 30\u00b0           | \u20ac 20 + 2 = 22 at 30 \u00b0
                    """)
    void shouldKeepNumbersAndSigns(String caption, String tokens) {
        assertThat(tokenize(caption)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    Mr. and Mrs. Smith on Main St.          | mr. and mrs. smith on main st.
                    the U.S. flag at 5 a.m. on t.v          | the u.s. flag at 5 a.m. on t.v
                    a cat sat. Dr. No came last.            | a cat sat dr. no came last
                    bus no. 5 says no. On 5th Ave., Oct. 3  | bus no. 5 says no on 5th ave. oct. 3
                    """)
    void shouldKeepTheStopOfAnAbbreviation(String caption, String tokens) {
        assertThat(tokenize(caption)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    a CAF\u00c9 and a cafe\u0301            | a caf\u00e9 and a caf\u00e9
                    \u0130stanbul and \u00dcber\u00ad gang  | i\u0307stanbul and \u00fcber gang
                    \u732b\u304c\u3044\u308b\u3002          | \u732b\u304c\u3044\u308b
                    \u041a\u043e\u0442 \u0438 \u043f\u0451\u0441.             | \u043a\u043e\u0442 \u0438 \u043f\u0451\u0441
                    a smiling \ud83d\ude00 face \u2764     | a smiling face
                    tab\tand\u00a0wide\u3000space           | tab and wide space
                    """)
    void shouldReadOtherScripts(String caption, String tokens) {
        assertThat(tokenize(caption)).isEqualTo(tokens);
    }

    /** What Stanford's PTBTokenizer 3.4.1 and the list of coco-caption leave. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    a man (in a hat) [on] a {horse}         | a man -lrb- in a hat -rrb- -lsb- on -rsb- a -lcb- horse -rcb-
                    wait... what?! wow!! huh? !             | wait what ?! wow !! huh
                    on a table.The cat. A plan B.           | on a table.the cat a plan b.
                    It's 2,000 black/white t-shirts, no?    | it 's 2,000 black/white t-shirts no
                    the U.S. flag at 5:30pm on Main St.     | the u.s. flag at 5:30 pm on main st.
                    man riding a wave on top of a surfboard | man riding a wave on top of a surfboard
                    """)
    void shouldKeepForMetricsWhatCocoCaptionKeeps(String caption, String tokens) {
        assertThat(String.join(" ", Tokenizer.tokenizeForMetrics(caption))).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource({"''", "'  '", "'...!'", "'\"\" -- ,'"})
    void shouldFindNoWordsWhereThereAreNone(String caption) {
        assertThat(Tokenizer.tokenize(caption)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    It's the U.S., isn't it? I cannot.
                    a 2-story black/white '80s house at 5:30pm for $2,000.50 & more
                    """)
    void shouldLeaveItsOwnTokensAsTheyAre(String caption) {
        assertThat(tokenize(tokenize(caption))).isEqualTo(tokenize(caption));
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet50-lstm", "inceptionv3-glove"})
    void shouldKnowTheWordsOfTheDemoBundles(String model) throws IOException {
        Vocabulary vocabulary = Vocabulary.read(Path.of("src/demo/models", model, "vocabulary.txt"));

        assertThat(vocabulary.words().stream().skip(Vocabulary.UNKNOWN + 1))
                .isNotEmpty()
                .allSatisfy(word -> assertThat(Tokenizer.tokenize(word)).containsExactly(word));
    }

    private static String tokenize(String caption) {
        return String.join(" ", Tokenizer.tokenize(caption));
    }
}
