package org.scedit.core.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.core.UserException;

/** With a vocabulary learned from three words; the published one is covered by the golden cases. */
class ClipTokenizerTest {
    private static final List<String> CAPTIONS = List.of("a red circle", "a red dot", "a dot");

    @TempDir
    Path folder;

    private long begin;
    private long end;

    @BeforeEach
    void learn() {
        end = BpeTrainer.train(CAPTIONS, 100, 8, folder) - 1;
        begin = end - 1;
    }

    @Test
    void aPromptIsFramedByTheMarksAndPaddedWithTheEndMark() {
        ClipTokenizer tokenizer = ClipTokenizer.load(folder);
        long a = single("a");
        long red = single("red");
        long dot = single("dot");

        ClipTokenizer.Encoded encoded = tokenizer.encode("A  red\tDOT ");

        assertThat(encoded.ids()).containsExactly(begin, a, red, dot, end, end, end, end);
        assertThat(encoded.tokens()).isEqualTo(3);
        assertThat(encoded.cut()).isEmpty();
        assertThat(encoded.notice()).isEmpty();
        assertThat(tokenizer.maxLength()).isEqualTo(8);
        assertThat(tokenizer.endId()).isEqualTo(end);
        assertThat(tokenizer.vocabularySize()).isEqualTo(end + 1);
    }

    @Test
    void anEmptyPromptIsTheMarksAlone() {
        assertThat(ClipTokenizer.load(folder).encode("").ids())
                .containsExactly(begin, end, end, end, end, end, end, end);
    }

    @Test
    void aLongPromptIsCutAtTheLengthAndSaysWhatWasLeftOff() {
        ClipTokenizer.Encoded encoded = ClipTokenizer.load(folder).encode("a red dot a red dot, a RED circle");

        assertThat(encoded.ids())
                .containsExactly(
                        begin,
                        single("a"),
                        single("red"),
                        single("dot"),
                        single("a"),
                        single("red"),
                        single("dot"),
                        end);
        assertThat(encoded.tokens()).isEqualTo(10);
        assertThat(encoded.cut()).isEqualTo(", a red circle");
        assertThat(encoded.notice())
                .hasValue("the prompt has 10 tokens and the text encoder takes 6; left off: ', a red circle'");
    }

    @Test
    void aPromptThatFitsExactlyIsWhole() {
        ClipTokenizer.Encoded encoded = ClipTokenizer.load(folder).encode("a a a a a a");
        assertThat(encoded.ids()[6]).isEqualTo(single("a"));
        assertThat(encoded.ids()[7]).isEqualTo(end);
        assertThat(encoded.cut()).isEmpty();
    }

    @Test
    void aWordOfWhichATokenIsCutIsLeftOffAsAWhole() {
        // five words and then x·y·z, of which only the first letter fits
        assertThat(ClipTokenizer.load(folder).encode("a a a a a xyz").cut()).isEqualTo("xyz");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "don't stop, don/'t/stop",
                "they've 2024, they/'ve/2/0/2/4",
                "`1.2), [best]`, `1/./2/),/[/best/]`",
                "salt &amp;amp; pepper, salt/&/pepper", // escaped twice
                "żółć 日本, żółć/日本",
                "x<|EndOfText|>, x/<|endoftext|>",
                "!<|endoftext|>, !<|/endoftext/|>", // signs stay together, also the beginning of a mark
                "ΟΔΟΣ' ΣΑ, οδος/'/σα", // a final sigma also before a quote
            })
    void wordsAreLettersSingleDigitsOtherSignsAndEndings(String text, String words) {
        assertThat(ClipText.words(ClipText.clean(text)).stream().map(ClipText.Word::text))
                .containsExactlyElementsOf(List.of(words.split("/")));
    }

    @Test
    void aMarkInThePromptIsTheMark() {
        assertThat(ClipTokenizer.load(folder).encode("a<|ENDOFTEXT|>").ids()).startsWith(begin, single("a"), end, end);
    }

    @Test
    void whatTheVocabularyDoesNotKnowBecomesItsBytes() {
        // U+00E9 is C3 A9 in UTF-8; the bytes' ids follow 94 visible ASCII characters, and those that end a word 256
        // later
        long c3 = 94 + 0xc3 - 0xa1 - 1;
        long a9 = 94 + 0xa9 - 0xa1;
        assertThat(ClipTokenizer.load(folder).encode("é").ids()).startsWith(begin, c3, a9 + 256, end);
    }

    @Test
    void thePaddingOfTheSpecialTokensFileIsUsed() throws IOException {
        // as Stable Diffusion 2.1 has it: its two files disagree
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"pad_token\": {\"content\": \"!\"}}");
        assertThat(ClipTokenizer.load(folder).encode("a").ids())
                .containsExactly(begin, single("a"), end, 0, 0, 0, 0, 0);
    }

    @Test
    void withoutALengthItIsClips77() throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
        assertThat(ClipTokenizer.load(folder).maxLength()).isEqualTo(77);
        Files.writeString(
                folder.resolve("tokenizer_config.json"), "{\"model_max_length\": 1000000000000000019884624838656}");
        assertThat(ClipTokenizer.load(folder).maxLength()).isEqualTo(77);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "vocab.json | [] | : expected a JSON object; download the folder again",
                "vocab.json | {\"a\": | : not valid JSON, near $.a; download the folder again",
                "vocab.json | {\"a\": -1} | : symbol 'a' has the id -1, expected a whole number from 0 on",
                "vocab.json | {\"a\": 1, \"b\": 1} | : symbol 'b' has the id 1, which another symbol has already",
                "merges.txt | `#version: 0.2\n"
                        + "e d</w>\n"
                        + "c` | :3: expected two symbols with a blank between them, found 'c'",
                "merges.txt | `#version: 0.2\n"
                        + "a b c` | :2: expected two symbols with a blank between them, found 'a b c'",
                "merges.txt | q q | :1: 'q q' makes 'qq', which is not in vocab.json;"
                        + " the two files belong to different tokenizers",
                "tokenizer_config.json | {\"model_max_length\": 2} | : model_max_length is 2,"
                        + " expected a whole number from 3 on",
                "tokenizer_config.json | {\"model_max_length\": \"77\"} | : model_max_length is \"77\","
                        + " expected a whole number from 3 on",
                "special_tokens_map.json | {\"pad_token\": \"<pad>\"} | : pad_token '<pad>' is not in vocab.json;"
                        + " the two files belong to different tokenizers",
                "special_tokens_map.json | {\"pad_token\": 3} | : pad_token is 3,"
                        + " expected a text, or an object with a text under 'content'",
            })
    void aBrokenFileIsNamedWithTheReason(String name, String content, String message) throws IOException {
        Files.writeString(folder.resolve(name), content);
        assertThatThrownBy(() -> ClipTokenizer.load(folder))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve(name) + message);
    }

    @ParameterizedTest
    @CsvSource({"vocab.json", "merges.txt", "tokenizer_config.json"})
    void aMissingFileIsNamed(String name) throws IOException {
        Files.delete(folder.resolve(name));
        assertThatThrownBy(() -> ClipTokenizer.load(folder))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve(name) + ": no such file; a tokenizer folder holds vocab.json, merges.txt and"
                        + " tokenizer_config.json");
    }

    @Test
    void bytesThatAreNotTextAreRefused() throws IOException {
        Files.write(folder.resolve("merges.txt"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> ClipTokenizer.load(folder))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("merges.txt") + ": not UTF-8 text; download the folder again");
    }

    /** The id of a learned word, which is one token. */
    private long single(String word) {
        ClipTokenizer.Encoded encoded = ClipTokenizer.load(folder).encode(word);
        assertThat(encoded.tokens()).isEqualTo(1);
        return encoded.ids()[1];
    }
}
