package org.scedit.core.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainerTest {
    @TempDir
    Path folder;

    @Test
    void theMostFrequentPairIsMergedFirstAndTiesGoByTheAlphabet() throws IOException {
        // pairs: a·b 3 times; then c·ab</w> against d·ab</w>: 2 to 1
        BpeTrainer.train(List.of("cab dab", "CAB"), 100, 77, folder);
        assertThat(folder.resolve("merges.txt")).hasContent("#version: 0.2\na b</w>\nc ab</w>\nd ab</w>\n");
        BpeTrainer.train(List.of("xy", "ba"), 100, 77, folder);
        assertThat(folder.resolve("merges.txt")).hasContent("#version: 0.2\nb a</w>\nx y</w>\n");
    }

    @Test
    void theVocabularyIsBytesThenMergesThenMarks() throws IOException {
        int size = BpeTrainer.train(List.of("cab dab"), 100, 77, folder);

        JsonObject vocabulary = JsonParser.parseString(Files.readString(folder.resolve("vocab.json")))
                .getAsJsonObject();
        assertThat(size).isEqualTo(512 + 3 + 2).isEqualTo(vocabulary.size());
        assertThat(vocabulary.get("!").getAsInt()).isZero(); // ids of the bytes are those of the published vocabulary
        assertThat(vocabulary.get("a").getAsInt()).isEqualTo(64);
        assertThat(vocabulary.get("a</w>").getAsInt()).isEqualTo(320);
        assertThat(vocabulary.get("ab</w>").getAsInt()).isEqualTo(512);
        assertThat(vocabulary.get("<|startoftext|>").getAsInt()).isEqualTo(515);
        assertThat(vocabulary.get("<|endoftext|>").getAsInt()).isEqualTo(516);
    }

    @Test
    void learningStopsAtTheGivenNumber() {
        assertThat(BpeTrainer.train(List.of("a large caption of many words"), 5, 77, folder))
                .isEqualTo(512 + 5 + 2);
        assertThat(BpeTrainer.train(List.of(), 5, 77, folder)).isEqualTo(512 + 2);
    }

    @Test
    void everyLearnedWordIsOneToken() {
        List<String> captions = List.of("a red circle above two blue squares", "żółć, isn't it");
        BpeTrainer.train(captions, 1000, 77, folder);
        ClipTokenizer tokenizer = ClipTokenizer.load(folder);
        assertThat(tokenizer.encode(captions.get(0)).tokens()).isEqualTo(7);
        assertThat(tokenizer.encode(captions.get(1)).tokens()).isEqualTo(5); // żółć · , · isn · 't · it
    }

    @Test
    void theOrderOfTheCaptionsDoesNotMatter() {
        Path other = folder.resolve("other");
        BpeTrainer.train(List.of("a red dot", "a blue ring", "two dots"), 100, 77, folder);
        BpeTrainer.train(List.of("two dots", "a red dot", "a blue ring"), 100, 77, other);
        for (String name : List.of("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")) {
            assertThat(other.resolve(name)).hasSameBinaryContentAs(folder.resolve(name));
        }
    }

    @Test
    void lengthsThatLeaveNoRoomAreRefused() {
        assertThatThrownBy(() -> BpeTrainer.train(List.of("a"), 5, 2, folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxMerges 5, maxLength 2");
    }
}
